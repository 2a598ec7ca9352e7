import { useSnapshot } from '@housecall/react';
import { Navigate, useLocation } from 'react-router';

/** Goes to the call this device is in, and stays there: nobody is seen and
 *  heard by others without seeing that they are. The way out is to leave. */
export function GoToCall() {
  const { pathname } = useLocation();
  const callId = useSnapshot((it) => it.current);
  const path = `/calls/${callId}`;
  return callId === null || pathname === path ? null : <Navigate to={path} />;
}
