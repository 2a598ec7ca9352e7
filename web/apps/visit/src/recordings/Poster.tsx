import { useQuery } from '@tanstack/react-query';
import { getPoster, type RecordingView } from '../rest';
import { useSessionStore } from '../session/session-context';

/** A still of a recording, for those who may watch it; a grey field for others. It says
 *  nothing that the words beside it do not. */
export function Poster({ recording }: { recording: RecordingView }) {
  const url = usePoster(recording);
  return (
    <div
      className={`aspect-video w-40 shrink-0 overflow-hidden rounded-card border border-hairline bg-canvas ${url === undefined ? 'max-sm:hidden' : ''}`}
    >
      {url !== undefined && <img src={url} alt="" className="size-full object-cover" />}
    </div>
  );
}

/** The still as an address that an image can show. */
export function usePoster({ id, hasPoster, may }: RecordingView): string | undefined {
  const { withToken } = useSessionStore();
  const { data } = useQuery({
    queryKey: ['posters', id],
    queryFn: async () => dataUrl(await withToken((token) => getPoster(token, id))),
    enabled: hasPoster && may.watch,
    retry: false,
    staleTime: Infinity,
  });
  return data;
}

/** The page's rules allow images from the server and in the page itself. */
async function dataUrl(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return `data:image/jpeg;base64,${btoa(Array.from(bytes, (it) => String.fromCharCode(it)).join(''))}`;
}
