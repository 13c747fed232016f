import { expect, it } from 'vitest'
import { splitFences } from './fences'
import { checkImages, mostBytes } from './images'
import { changeLane, emptyLane, isOpen } from './lane'
import { readNotes } from './notes'
import { defaults, isToolName, keepSettings, readExtra, readSettings, readToolSchema } from './settings'
import { begun } from './call'

it('conversion notes read alike from the header and from the row', () => {
  const expected = { dropped: ['logit_bias', 'seed'], changed: ['temperature'] }
  expect(readNotes(['dropped=logit_bias,seed; changed=temperature'])).toEqual(expected)
  expect(readNotes(['dropped logit_bias', 'dropped seed', 'changed temperature'])).toEqual(expected)
  expect(readNotes([''])).toEqual({ dropped: [], changed: [] })
})

it('fenced code is told from prose, also while it is still being written', () => {
  expect(splitFences('Look:\n\n```ts\nconst a = 1\n```\nDone')).toEqual([
    { code: false, text: 'Look:' },
    { code: true, text: 'const a = 1', language: 'ts' },
    { code: false, text: 'Done' },
  ])
  expect(splitFences('```\nhalf')).toEqual([{ code: true, text: 'half', language: undefined }])
})

it('images are taken by kind, size and number', () => {
  const file = (name: string, type: string, size = 10) => ({ name, type, size }) as File
  const png = file('a.png', 'image/png')
  const chosen = [png, file('b.svg', 'image/svg+xml'), file('c.png', 'image/png', mostBytes + 1), png]
  expect(checkImages(chosen, 3)).toEqual({
    good: [png],
    faults: [{ fault: 'type', name: 'b.svg' }, { fault: 'size', name: 'c.png' }, { fault: 'count' }],
  })
})

it('a conversation that was cleared takes no late answer', () => {
  const asked = changeLane(emptyLane, { do: 'ask', id: 'u', text: 'Hi', images: [] })
  const running = changeLane(asked, { do: 'answer', id: 'a', answer: begun('m', 'chat') })
  expect(isOpen(running)).toBe(false)
  const cleared = changeLane(running, { do: 'clear' })
  expect(changeLane(cleared, { do: 'answer', id: 'a', answer: begun('m', 'chat') }).turns).toEqual([])
})

it('asking again takes the last answer away and nothing else', () => {
  const asked = changeLane(emptyLane, { do: 'ask', id: 'u', text: 'Hi', images: [] })
  const answered = changeLane(asked, { do: 'answer', id: 'a', answer: begun('m', 'chat') })
  expect(changeLane(answered, { do: 'again' })).toEqual(asked)
  expect(changeLane(asked, { do: 'again' })).toEqual(asked)
})

it('settings come back as they were kept, and broken ones as the defaults', () => {
  const stored = new Map<string, string>()
  const storage = {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
  }
  expect(readSettings(storage)).toEqual(defaults)
  keepSettings(storage, { ...defaults, system: 'S', temperature: 0.5 })
  expect(readSettings(storage)).toEqual({ ...defaults, system: 'S', temperature: 0.5 })
  stored.set('thinkwatch.playground', '{"system": 1}')
  expect(readSettings(storage)).toEqual(defaults)
})

it('tools and further fields are checked before they are sent', () => {
  expect(isToolName('get_weather', [])).toBe(true)
  expect(isToolName('get weather', [])).toBe(false)
  expect(isToolName('a', ['a'])).toBe(false)
  expect(readToolSchema('{"type":"object"}')).toEqual({ type: 'object' })
  expect(readToolSchema('{"type":"string"}')).toBeUndefined()
  expect(readExtra('')).toEqual({})
  expect(readExtra('[1]')).toBeUndefined()
})
