//! What is kept beside a recording: who agreed, who asked, who did what.

import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { getAccesses, type RecordingDetail } from '../rest';
import { useSessionStore } from '../session/session-context';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { Section } from '../ui/Section';
import { access, consentLine, moment } from '../words';

/** What everybody said to being recorded, in the order they said it. */
export function ConsentRecord({ recording }: { recording: RecordingDetail }) {
  const { consents, people } = recording;
  const nameOf = (id: string) => people.find((it) => it.id === id)?.name ?? id;
  return (
    <Section title="Who agreed">
      <Lines>
        {consents.map((it) => (
          <Line key={`${it.userId} ${it.what} ${it.at}`} at={it.at}>
            {consentLine(it, nameOf)}
            {it.wording !== undefined && (
              <span className="whitespace-nowrap"> Text {it.wording}.</span>
            )}
          </Line>
        ))}
      </Lines>
    </Section>
  );
}

/** Who asked to see it. */
export function WatchRequests({ recording }: { recording: RecordingDetail }) {
  const { requests = [] } = recording;
  if (requests.length === 0) return null;
  return (
    <Section title="Who asks to see it">
      <Lines>
        {requests.map(({ userId, name, at }) => (
          <Line key={`${userId} ${at}`} at={at}>
            {name} asked to see it.
          </Line>
        ))}
      </Lines>
    </Section>
  );
}

/** Who did what with it, looked up when somebody wants to know. */
export function AccessLog({ id }: { id: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Section
      title="Who has seen it"
      actions={
        <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Show the list
        </Button>
      }
    >
      {isOpen && <Accesses id={id} />}
    </Section>
  );
}

function Accesses({ id }: { id: string }) {
  const { withToken } = useSessionStore();
  const { data, error, isPending } = useQuery({
    queryKey: ['recordings', id, 'accesses'],
    queryFn: async () => (await withToken((token) => getAccesses(token, id))).accesses,
    gcTime: 0,
    retry: false,
  });
  return (
    <>
      {isPending && <p className="text-muted">Looking it up.</p>}
      <Problem error={error} />
      {data?.length === 0 && <p>Nobody yet.</p>}
      <Lines>
        {data?.map((it) => (
          <Line key={`${it.userId ?? ''} ${it.what} ${it.at}`} at={it.at}>
            {access(it)}
          </Line>
        ))}
      </Lines>
    </>
  );
}

function Lines({ children }: { children: ReactNode }) {
  return <ul className="flex flex-col divide-y divide-hairline">{children}</ul>;
}

function Line({ at, children }: { at: string; children: ReactNode }) {
  return (
    <li className="flex flex-wrap justify-between gap-x-4 py-2">
      <span className="min-w-0 break-words">{children}</span>
      <time dateTime={at} className="text-muted">
        {moment(at)}
      </time>
    </li>
  );
}
