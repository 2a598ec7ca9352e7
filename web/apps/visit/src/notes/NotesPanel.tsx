//! The notes of a provider, saved while they write.

import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { getNotes, saveNotes, type Notes } from '../rest';
import { useSessionStore } from '../session/session-context';
import { Button } from '../ui/Button';
import { Problem } from '../ui/Problem';
import { TextArea } from '../ui/TextArea';
import { time } from '../words';
import { Draft, type DraftState } from './draft';

/** At most this many characters, as on the server. */
const MOST = 20_000;

/** The notes of an appointment. */
export function NotesPanel({ appointment }: { appointment: string }) {
  const { withToken } = useSessionStore();
  const notes = useQuery({
    queryKey: ['notes', appointment],
    queryFn: () => withToken((token) => getNotes(token, appointment)),
    // What is being written is never replaced by what is looked up.
    staleTime: Infinity,
    gcTime: 0,
  });
  if (notes.error) return <Problem error={notes.error} />;
  if (notes.data === undefined) return <p>Looking up the notes.</p>;
  return <Editor appointment={appointment} notes={notes.data} />;
}

function Editor({ appointment, notes }: { appointment: string; notes: Notes }) {
  const draft = useDraft(appointment, notes);
  const state = useSyncExternalStore(draft.subscribe, draft.getSnapshot);
  if (state.theirs !== undefined) return <Conflict draft={draft} state={state} />;
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3">
      <TextArea
        label="Notes"
        className="min-h-40 flex-1"
        maxLength={MOST}
        value={state.text}
        onChange={(event) => draft.write(event.target.value)}
        onBlur={() => void draft.save()}
      />
      <p role="status">{standing(state)}</p>
      <Problem error={state.error} />
      {state.error !== null && <Button onClick={() => void draft.save()}>Save again</Button>}
    </div>
  );
}

function standing({ isSaved, savedAt, error }: DraftState): string {
  if (error !== null) return 'Not saved yet.';
  if (!isSaved) return 'Not saved yet. Saving in a moment.';
  return savedAt === undefined ? 'Only you see these notes.' : `Saved ${time(new Date(savedAt))}`;
}

function Conflict({ draft, state }: { draft: Draft; state: DraftState }) {
  const { text, theirs } = state;
  if (theirs === undefined) return null;
  return (
    <div className="flex flex-col gap-3">
      <p role="alert">
        These notes were changed somewhere else while you wrote. Which do you keep?
      </p>
      <TextArea label="Saved somewhere else" readOnly rows={6} value={theirs.text} />
      <TextArea label="Written here" readOnly rows={6} value={text} />
      <Button onClick={() => void draft.settle(`${theirs.text}\n\n${text}`)}>Keep both</Button>
      <Button onClick={() => void draft.settle(text)}>Keep what is written here</Button>
      <Button onClick={() => void draft.settle(theirs.text)}>Keep what is saved</Button>
    </div>
  );
}

function useDraft(appointment: string, notes: Notes): Draft {
  const { withToken } = useSessionStore();
  const [draft] = useState(
    () =>
      new Draft(notes, {
        load: () => withToken((token) => getNotes(token, appointment)),
        save: (body) => withToken((token) => saveNotes(token, appointment, body)),
      }),
  );
  // Who closes the panel loses nothing.
  useEffect(() => () => void draft.save(), [draft]);
  return draft;
}
