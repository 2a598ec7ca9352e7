//! Every screen of doors, meetings and chat: good for assistive technology,
//! and for the narrowest phone.

import { after, test } from 'node:test';
import {
  AMARA, LUKAS, ROSA, accessible, button, comeIn, dialog, field, fitsAPhone, guestLink, heading,
  inMeeting, link, message, openPanel, openVisit, phase, region, signedIn, togetherWith, toVisit, write,
} from './support/app.js';
import { openBrowser, openPage } from './support/browser.js';
import { startHouse } from './support/house.js';

/** @typedef {import('playwright-core').Page} Page */

const browser = await openBrowser({ after });

/** The screen is good for everybody. */
async function good(/** @type {Page} */ page, /** @type {string} */ screen) {
  await accessible(page, screen);
  await fitsAPhone(page, screen);
}

test('a guest’s way, from the link to the end', async (t) => {
  const house = await startHouse(t, { demo: true });
  const doctor = await signedIn(t, browser, house, AMARA);
  const links = `Guest links for the visit with ${ROSA}`;
  const address = await guestLink(doctor, links);
  await button(doctor, links).click();
  await field(doctor, 'Link for Guest').waitFor();
  await good(doctor, 'the guest links');
  await button(doctor, 'Close').click();

  const guest = await openPage(t, browser);
  await guest.goto(address);
  await field(guest, 'Your name').fill('Ines Moreau');
  await good(guest, 'the invitation');
  await button(guest, 'Continue').click();
  await guest.getByRole('status', { name: 'Result of the check' }).getByText('Camera works.').waitFor();
  await good(guest, 'the device check');
  await comeIn(guest);
  await phase(guest, 'waiting');
  await button(doctor, 'Message Ines Moreau').click();
  await field(doctor, 'Message to Ines Moreau').fill('One moment, please.');
  await good(doctor, 'the people with somebody at the door');
  await button(doctor, 'Send to Ines Moreau').click();
  await guest.getByText('One moment, please.').waitFor();
  await good(guest, 'the waiting room');

  await button(doctor, 'Turn away Ines Moreau').click();
  await dialog(doctor, 'Turn away Ines Moreau?').waitFor();
  await good(doctor, 'the question whether to turn away');
  await field(doctor, 'Reason').fill('Wrong visit.');
  await button(doctor, 'Yes, turn away Ines Moreau').click();
  await phase(guest, 'away');
  await good(guest, 'what is told to whoever was turned away');
  await button(guest, 'Come to the door again').click();
  await phase(guest, 'waiting');
  await openVisit(doctor, ROSA);
  await good(doctor, 'a room with somebody at the door');
  await button(doctor, 'Admit Ines Moreau').click();
  await phase(guest, 'connected');
  await togetherWith(guest, AMARA);
  await good(guest, 'the room of a guest');
  await button(doctor, 'End for everybody').click();
  await good(doctor, 'the question whether to end it');
  await button(doctor, 'Yes, end it').click();
  await phase(guest, 'ended');
  await good(guest, 'the end of a guest’s visit');
  const late = await openPage(t, browser);
  await late.goto(address);
  await late.getByRole('alert').waitFor();
  await good(late, 'a link that is of no use');
});

test('a meeting with everything open', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [host, colleague, patient] = await inMeeting(t, browser, house, [AMARA, LUKAS, ROSA]);
  await button(patient, 'Raise hand').click();
  await openPanel(host, 'People');
  await button(host, `Lower ${ROSA}’s hand`).waitFor();
  await good(host, 'the people of a meeting');
  await button(host, `Remove ${LUKAS}`).click();
  await good(host, 'the question whether to remove');
  await button(host, 'Keep them').click();
  await button(host, 'Invite a guest').click();
  await dialog(host, 'Guest links for this visit').waitFor();
  await good(host, 'the guest links of a meeting');
  await button(host, 'Close').click();
  await openPanel(colleague, 'Chat');
  await write(colleague, `A long word: ${'Donaudampfschifffahrt'.repeat(6)}`);
  await write(colleague, 'Only for you', AMARA);
  await message(colleague, 'Only for you').waitFor();
  await good(colleague, 'the chat');
  await button(patient, 'Chat 1 new').waitFor();
  await button(patient, 'React').click();
  await good(patient, 'the reactions and unread messages');
  await openPanel(patient, 'People');
  await good(patient, 'the people as a patient sees them');
});

test('the dashboards, the appointments and the meetings', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [doctor, patient] = [
    await signedIn(t, browser, house, AMARA),
    await signedIn(t, browser, house, ROSA),
  ];
  await button(doctor, `Call ${ROSA}`).click();
  await phase(doctor, 'ringing');
  await button(doctor, 'Cancel the call').click();
  await link(doctor, 'Back to people').click();
  await button(doctor, `Move the visit with ${ROSA}`).click();
  await dialog(doctor, 'Move the appointment').waitFor();
  await good(doctor, 'the move of an appointment');
  await button(doctor, 'Save').click();
  await patient.getByRole('button', { name: /^Dismiss: Your visit/ }).waitFor();
  await region(patient, 'Missed calls').waitFor();
  await good(patient, 'the dashboard of a patient');
  await good(doctor, 'the dashboard of a provider');
  await button(doctor, 'New appointment').click();
  await dialog(doctor, 'New appointment').waitFor();
  await good(doctor, 'a new appointment');
  await button(doctor, 'Cancel').click();
  await button(doctor, `Notes on the visit with ${ROSA}`).click();
  await field(doctor, 'Notes').fill('A note.');
  await good(doctor, 'the notes');
  await button(doctor, 'Close').click();

  await link(doctor, 'Meetings').click();
  await heading(doctor, 'Meetings').waitFor();
  await button(doctor, 'New meeting').click();
  await doctor.getByLabel('Only people I choose may come').check();
  await doctor.getByRole('group', { name: 'Who may come' }).getByLabel(ROSA).check();
  await field(doctor, 'Name').fill('Second opinion');
  await good(doctor, 'a new meeting');
  await button(doctor, 'Make the meeting').click();
  await link(doctor, 'Join Second opinion').waitFor();
  await good(doctor, 'the meetings');
  await link(doctor, 'People').click();
  await toVisit(doctor, ROSA);
  await doctor.getByRole('status', { name: 'Result of the check' }).getByText('Camera works.').waitFor();
  await good(doctor, 'the doorway of a host');
});

test('a second call, and somebody who is busy', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [doctor, patient, colleague] = [
    await signedIn(t, browser, house, AMARA),
    await signedIn(t, browser, house, ROSA),
    await signedIn(t, browser, house, LUKAS),
  ];
  await button(doctor, `Call ${ROSA}`).click();
  await button(patient, 'Answer').click();
  await phase(doctor, 'connected');
  await button(colleague, `Call ${AMARA}`).click();
  await dialog(colleague, `${AMARA} is in another visit`).waitFor();
  await good(colleague, 'the choice when somebody is busy');
  await button(colleague, 'Let my call wait').click();
  await region(doctor, `${LUKAS} is calling`).waitFor();
  await good(doctor, 'a second call');
});
