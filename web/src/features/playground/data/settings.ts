import { z } from '@/lib/zod'
import { isObject, parseJson } from './json'
import { efforts, toolChoices, type Json, type Settings, type Tool } from './types'

export const defaults: Settings = {
  system: '',
  stop: [],
  effort: 'default',
  stream: true,
  tools: [],
  toolChoice: 'auto',
  extra: {},
}

const storageKey = 'thinkwatch.playground'
const record = z.record(z.string(), z.unknown())
const schema = z.object({
  system: z.string(),
  temperature: z.number().optional(),
  topP: z.number().optional(),
  maxTokens: z.number().optional(),
  stop: z.array(z.string()),
  effort: z.enum(efforts),
  stream: z.boolean(),
  tools: z.array(z.object({ name: z.string(), description: z.string(), parameters: record })),
  toolChoice: z.enum(toolChoices),
  extra: record,
})

/** Settings last as long as the tab; what cannot be read is as if it were not there. */
export function readSettings(storage: Pick<Storage, 'getItem'>): Settings {
  const parsed = schema.safeParse(parseJson(storage.getItem(storageKey) ?? ''))
  return parsed.success ? parsed.data : defaults
}

export function keepSettings(storage: Pick<Storage, 'setItem'>, settings: Settings): void {
  try {
    storage.setItem(storageKey, JSON.stringify(settings))
  } catch {
    // Nothing depends on it.
  }
}

export const exampleTool: Tool = {
  name: 'get_weather',
  description: 'The weather in a city now',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  },
}

export const isToolName = (name: string, taken: readonly string[]): boolean =>
  /^[\w-]{1,64}$/.test(name) && !taken.includes(name)

/** A schema that every provider takes: of an object. */
export function readToolSchema(source: string): Json | undefined {
  const parsed = parseJson(source)
  return isObject(parsed) && parsed.type === 'object' ? parsed : undefined
}

/** An object, or nothing at all; anything else is a mistake. */
export function readExtra(source: string): Json | undefined {
  if (!source.trim()) return {}
  const parsed = parseJson(source)
  return isObject(parsed) ? parsed : undefined
}

export const readStopWords = (source: string): string[] =>
  source
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)

/** Empty is the model's own default; what is no number at all is left to the provider to refuse. */
export const readNumber = (source: string): number | undefined => {
  const value = Number(source)
  return source.trim() === '' || !Number.isFinite(value) ? undefined : value
}
