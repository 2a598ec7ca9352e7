//! What every page does when it opens.

import { useEffect, useRef, type RefObject } from 'react';

/** Names the page in the browser's title and moves the focus to its heading,
 *  so that whoever hears the page knows that it is another one. */
export function usePage(title: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    document.title = `${title} - Housecall`;
  }, [title]);
  return heading;
}
