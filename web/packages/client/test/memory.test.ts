import { describe, expect, it } from 'vitest';
import { Memory, type TabStorage } from '../src/memory';

function storage(): TabStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

describe('the memory of a tab', () => {
  it('is the same device after a reload, and another in another tab', () => {
    const tab = storage();
    const device = new Memory(tab).device();
    expect(device).toMatch(/^[0-9a-f]{32}$/);
    expect(new Memory(tab).device()).toBe(device);
    expect(new Memory(storage()).device()).not.toBe(device);
  });

  it('knows its call until it is forgotten', () => {
    const tab = storage();
    const memory = new Memory(tab);
    memory.call = { callId: 'c1', audio: true, video: false };
    expect(new Memory(tab).call).toEqual({ callId: 'c1', audio: true, video: false });
    memory.call = null;
    expect(new Memory(tab).call).toBeNull();
  });
});
