//! Meetings: hands, reactions, hosts, and their end.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  AMARA, LUKAS, ROSA, THEO, button, caption, comeIn, dialog, field, gone, guestAt, guestLink, heading,
  inMeeting, link, makeMeeting, news, openPanel, phase, region, signedIn, toMeeting, togetherWith,
} from './support/app.js';
import { openBrowser, seesAndHears } from './support/browser.js';
import { startHouse } from './support/house.js';

const browser = await openBrowser({ after });

test('three people meet and see and hear each other', async (t) => {
  const house = await startHouse(t, { demo: true });
  const pages = await inMeeting(t, browser, house, [AMARA, LUKAS, ROSA], { camera: true });
  await heading(pages[0], 'Round').waitFor();
  const ends = pages.map((it) => it.evaluate('window.__housecall.peers().length'));
  assert.deepEqual(await Promise.all(ends), [2, 2, 2]);
  await button(pages[2], 'Leave the visit').click();
  await gone(region(pages[0], ROSA));
  for (const page of pages.slice(0, 2)) await seesAndHears(page);
});

test('somebody raises their hand, and the host sees and lowers it', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [host, patient] = await inMeeting(t, browser, house, [AMARA, ROSA]);
  await button(patient, 'Raise hand').click();
  await caption(host, ROSA, 'Hand raised').waitFor();
  await news(host, `${ROSA} raised their hand.`).waitFor();
  await host.reload();
  await caption(host, ROSA, 'Hand raised').waitFor();
  await openPanel(host, 'People');
  await button(host, `Lower ${ROSA}’s hand`).click();
  await button(patient, 'Raise hand').waitFor();
  await news(patient, 'Your hand was lowered.').waitFor();
  await gone(caption(host, ROSA, 'Hand raised'));
  await openPanel(patient, 'People');
  assert.equal(await patient.getByRole('button', { name: /^(Remove|Make|Mute .)/ }).count(), 0);
});

test('a reaction is seen for a moment', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [host, patient] = await inMeeting(t, browser, house, [AMARA, ROSA]);
  await button(patient, 'React').click();
  await patient.getByRole('group', { name: 'Reactions' }).getByRole('button', { name: 'Thumbs up' }).click();
  const seen = host.getByRole('list', { name: 'Reactions' }).getByText(`${ROSA}: Thumbs up`);
  await seen.waitFor();
  await gone(seen);
});

test('the host mutes one and all, and whoever was muted may speak again', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [host, colleague, patient] = await inMeeting(t, browser, house, [AMARA, LUKAS, ROSA]);
  await openPanel(host, 'People');
  await button(host, `Mute ${ROSA}`).click();
  await button(patient, 'Unmute').waitFor();
  await news(patient, `${AMARA} muted you. You can unmute yourself.`).waitFor();
  for (const page of [host, colleague]) await caption(page, ROSA, 'Muted').waitFor();
  await button(patient, 'Unmute').click();
  await gone(caption(host, ROSA, 'Muted'));
  await button(host, 'Mute everybody else').click();
  for (const page of [colleague, patient]) await button(page, 'Unmute').waitFor();
  await button(host, 'Mute').waitFor();
});

test('a co-host decides too, and not about who made the meeting', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [host, colleague, patient] = await inMeeting(t, browser, house, [AMARA, LUKAS, ROSA]);
  await openPanel(colleague, 'People');
  assert.equal(await region(colleague, 'For hosts').count(), 0);
  await openPanel(host, 'People');
  await button(host, `Make ${LUKAS} a host`).click();
  await news(colleague, 'You are a host now.').waitFor();
  await caption(patient, LUKAS, 'Host').waitFor();
  await button(colleague, `Remove ${AMARA}`).click();
  await button(colleague, `Yes, remove ${AMARA}`).click();
  await dialog(colleague, `Remove ${AMARA}?`).getByRole('alert').waitFor();
  await button(colleague, 'Keep them').click();
  await button(colleague, 'Lock the meeting').click();
  await button(host, 'Unlock the meeting').waitFor();
  await button(host, `Make ${LUKAS} no host`).click();
  await gone(region(colleague, 'For hosts'));
  await gone(caption(patient, LUKAS, 'Host'));
});

test('the host ends a meeting for everybody in it', async (t) => {
  const house = await startHouse(t, { demo: true });
  const pages = await inMeeting(t, browser, house, [AMARA, LUKAS, ROSA]);
  const [host, , patient] = pages;
  assert.equal(await button(patient, 'End for everybody').count(), 0);
  await button(host, 'End for everybody').click();
  await button(host, 'Go on').click();
  await togetherWith(host, ROSA);
  await button(host, 'End for everybody').click();
  await button(host, 'Yes, end it').click();
  for (const page of pages) {
    await phase(page, 'ended');
    assert.equal(await page.evaluate('window.__housecall.peers().length'), 0);
  }
});

test('a private meeting is seen by nobody else, and a guest may come by a link', async (t) => {
  const house = await startHouse(t, { demo: true });
  const host = await signedIn(t, browser, house, AMARA);
  await link(host, 'Meetings').click();
  await button(host, 'New meeting').click();
  await field(host, 'Name').fill('Second opinion');
  await host.getByLabel('Only people I choose may come').check();
  await host.getByRole('group', { name: 'Who may come' }).getByLabel(LUKAS).check();
  await button(host, 'Make the meeting').click();
  await link(host, 'Join Second opinion').waitFor();
  await makeMeeting(host, 'For all');

  const other = await signedIn(t, browser, house, THEO);
  await link(other, 'Meetings').click();
  await link(other, 'Join For all').waitFor();
  assert.equal(await link(other, 'Join Second opinion').count(), 0);
  const colleague = await signedIn(t, browser, house, LUKAS);
  await toMeeting(colleague, 'Second opinion');
  await comeIn(colleague, { camera: false });
  await phase(colleague, 'connected');

  const address = await guestLink(host, 'Guest links for Second opinion');
  const guest = await guestAt(t, browser, address, 'Ines Moreau');
  await comeIn(guest, { camera: false });
  await phase(guest, 'connected');
  await togetherWith(colleague, 'Ines Moreau');
  await link(host, 'People').click();
  await toMeeting(host, 'Second opinion');
  await button(host, 'Go straight in').click();
  await phase(host, 'connected');
  for (const name of [LUKAS, 'Ines Moreau']) await togetherWith(host, name);
});

test('the creator changes a meeting and takes it away', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [host, other] = [
    await signedIn(t, browser, house, AMARA),
    await signedIn(t, browser, house, LUKAS),
  ];
  await makeMeeting(host, 'Morning round');
  await button(host, 'Change Morning round').click();
  await field(host, 'Name').fill('Evening round');
  await button(host, 'Save').click();
  await toMeeting(other, 'Evening round');
  await comeIn(other, { camera: false });
  await phase(other, 'connected');
  await button(host, 'Delete Evening round').click();
  await button(host, 'Delete the meeting').click();
  await gone(link(host, 'Join Evening round'));
  await phase(other, 'ended');
});
