import { useParams } from 'react-router';
import { CallView } from '../call/CallView';

/** The call that the address names, so that it survives a reload. */
export function CallScreen() {
  const { callId = '' } = useParams();
  return <CallView callId={callId} />;
}
