//! Where whoever may record asks for it, sees who agreed, starts and stops.

import {
  isAtDoor,
  isInside,
  type CallState,
  type MethodWord,
  type NewcomersWord,
  type ParticipantState,
} from '@housecall/client';
import { useAction, useManager, useRecording, useSnapshot } from '@housecall/react';
import { useState } from 'react';
import { useHouse } from '../session/use-house';
import { Button } from '../ui/Button';
import { Check } from '../ui/Check';
import { Choice } from '../ui/Choice';
import { Confirm } from '../ui/Confirm';
import { Form, type Text } from '../ui/Form';
import { Problem } from '../ui/Problem';
import {
  AGREE,
  answer,
  coveredBy,
  COVERED_CHOICES,
  covered,
  nameOf,
  NEWCOMER_CHOICES,
  pausedUntil,
  WORDING,
} from '../words';
import { startOptions, type RecordingPlan } from './use-recording-plan';

/** A form first; then what everybody said, and the way to start; then the way to stop. */
export function RecordingControl({ wire, plan }: { wire: CallState; plan: RecordingPlan }) {
  const { recording, request } = useRecording(wire.id);
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto">
      {recording !== undefined ? (
        <Running wire={wire} />
      ) : request !== undefined ? (
        <AskedFor wire={wire} plan={plan} />
      ) : (
        <Ask callId={wire.id} plan={plan} />
      )}
    </div>
  );
}

function Ask({ callId, plan }: { callId: string; plan: RecordingPlan }) {
  const manager = useManager();
  const usual = useHouse().data?.recordings?.newcomers;
  const send = async (text: Text, form: FormData) => {
    const covers = coveredBy(text('covers'));
    plan.change({
      newcomers: text('newcomers') as NewcomersWord,
      startsItself: form.has('startsItself'),
    });
    await manager.askConsent(callId, covers, WORDING);
    const how = { covers, wording: WORDING, method: 'electronic' } as const;
    await manager.consentToRecording(callId, true, how);
  };
  return (
    <Form submit="Ask everybody" send={send}>
      <p>Everybody is asked before anything is recorded. By asking, you agree yourself.</p>
      <Choice label="What is recorded" name="covers" options={COVERED_CHOICES} />
      <Choice
        label="When somebody else comes in"
        name="newcomers"
        options={NEWCOMER_CHOICES}
        defaultValue={usual ?? 'pause'}
      />
      <Check label="Start as soon as everybody agrees" name="startsItself" defaultChecked />
    </Form>
  );
}

function AskedFor({ wire, plan }: { wire: CallState; plan: RecordingPlan }) {
  const { request, missing, start, stop, pending, error } = useRecording(wire.id);
  const you = useSnapshot((it) => it.you?.id);
  const isMine = request?.by === you;
  const startsItself = isMine && plan.startsItself && plan.error === null;
  return (
    <>
      <p>
        {isMine ? 'You asked' : `${nameOf(wire, request?.by ?? '')} asked`} whether the{' '}
        {request && covered(request.covers)} may be recorded.
      </p>
      <Answers wire={wire} />
      <Problem error={error ?? plan.error} />
      {isMine && (
        <Check
          label="Start as soon as everybody agrees"
          checked={plan.startsItself}
          onChange={(event) => plan.change({ startsItself: event.target.checked })}
        />
      )}
      {isMine && !startsItself && start && (
        <Button
          purpose="primary"
          aria-busy={pending}
          onClick={() => void start(startOptions(plan))}
        >
          Start the recording
        </Button>
      )}
      {isMine && !startsItself && missing.length > 0 && (
        <p>It can be started when everybody has agreed.</p>
      )}
      {stop && (
        <Button aria-busy={pending} onClick={() => void stop()}>
          Take back the request
        </Button>
      )}
    </>
  );
}

function Running({ wire }: { wire: CallState }) {
  const { by, paused, waitingFor, recording, stop } = useRecording(wire.id);
  const you = useSnapshot((it) => it.you?.id);
  const [stopping, setStopping] = useState(false);
  return (
    <>
      <p>
        {paused ? pausedUntil(waitingFor, you) : 'Recording'}:{' '}
        {recording && covered(recording.covers)}
        {by !== undefined && by.id !== you && `, by ${by.name}`}.
      </p>
      <Answers wire={wire} />
      {stop && (
        <Button purpose="danger" onClick={() => setStopping(true)}>
          Stop the recording
        </Button>
      )}
      {stopping && <Stop callId={wire.id} onClose={() => setStopping(false)} />}
    </>
  );
}

function Stop({ callId, onClose }: { callId: string; onClose: () => void }) {
  const manager = useManager();
  return (
    <Confirm
      title="Stop the recording?"
      yes="Yes, stop it"
      no="Go on recording"
      act={() => manager.stopRecording(callId)}
      onClose={onClose}
    >
      <p>What was recorded is kept. To record again, ask again.</p>
    </Confirm>
  );
}

/** What everybody here and at the door has said. */
function Answers({ wire }: { wire: CallState }) {
  const people = wire.people.filter((it) => isInside(it) || isAtDoor(it));
  return (
    <ul aria-label="Who agrees" className="flex flex-col divide-y divide-hairline">
      {people.map((it) => (
        <Answer key={it.person.id} callId={wire.id} participant={it} />
      ))}
    </ul>
  );
}

function Answer({ callId, participant }: { callId: string; participant: ParticipantState }) {
  const { person, consented, declined } = participant;
  const you = useSnapshot((it) => it.you?.id);
  const isYou = person.id === you;
  return (
    <li className="flex flex-col gap-2 py-3">
      <p className="font-semibold">
        {person.name}
        {isYou && ' (you)'}
      </p>
      <p className="text-muted">
        {answer(participant)}
        {isAtDoor(participant) && ' · At the door'}
      </p>
      {!consented && isYou && <AgreeToo callId={callId} />}
      {/* Who said no changes that themselves. */}
      {!consented && !isYou && !declined && <Note callId={callId} participant={participant} />}
    </li>
  );
}

function AgreeToo({ callId }: { callId: string }) {
  const { agree, pending, error } = useRecording(callId);
  return (
    <>
      <Problem error={error} />
      <Button aria-busy={pending} onClick={() => void agree?.(WORDING)}>
        {AGREE}
      </Button>
    </>
  );
}

/** What somebody said or signed, noted by whoever heard or has it. */
function Note({ callId, participant }: { callId: string; participant: ParticipantState }) {
  const { id, name } = participant.person;
  const manager = useManager();
  const { run, pending, error } = useAction((method: MethodWord) =>
    manager.consentToRecording(callId, true, { user: id, wording: WORDING, method }),
  );
  return (
    <div className="flex flex-wrap gap-2" aria-busy={pending}>
      <Problem error={error} />
      <Button onClick={() => void run('verbal')}>Note that {name} agreed aloud</Button>
      <Button
        aria-label={`Note that ${name} agreed in writing`}
        onClick={() => void run('written')}
      >
        In writing
      </Button>
    </div>
  );
}
