import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { NotesPanel } from './NotesPanel';

/** The notes of an appointment, outside of its visit. */
export default function NotesDialog(props: {
  appointment: string;
  name: string;
  onClose: () => void;
}) {
  const { appointment, name, onClose } = props;
  return (
    <Dialog title={`Notes on the visit with ${name}`} onClose={onClose}>
      <NotesPanel appointment={appointment} />
      <Button className="mt-4" onClick={onClose}>
        Close
      </Button>
    </Dialog>
  );
}
