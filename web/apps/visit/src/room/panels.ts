//! What can be opened beside the stage.

/** A panel, by what it shows. */
export type Panel = 'people' | 'chat' | 'notes' | 'record';

/** What each is called. */
export const TITLES: Record<Panel, string> = {
  people: 'People',
  chat: 'Chat',
  notes: 'Notes',
  record: 'Record',
};
