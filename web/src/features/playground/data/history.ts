import type { Answer, AnswerPart, Surface, ToolCall, Turn } from './types'

export const callsOf = (answer: Answer): ToolCall[] =>
  answer.parts.filter((part): part is ToolCall => part.kind === 'tool-call')

export const textOf = (parts: AnswerPart[], kind: 'text' | 'thinking' | 'refusal' = 'text'): string =>
  parts.map((part) => (part.kind === kind ? part.text : '')).join('')

/** The tool calls that the conversation waits for; none when its last turn is anything else. */
export function openCalls(turns: Turn[]): ToolCall[] {
  const last = turns.at(-1)
  return last?.kind === 'answer' && last.answer.status === 'done' ? callsOf(last.answer) : []
}

/**
 * The turns that go to the model. A failed answer was never one; of a stopped one only its text is, for a tool call cut short has no result.
 */
export function history(turns: Turn[]): Turn[] {
  return turns.flatMap((turn): Turn[] => {
    if (turn.kind !== 'answer' || turn.answer.status === 'done') return [turn]
    if (turn.answer.status !== 'stopped' || !textOf(turn.answer.parts)) return []
    const parts = turn.answer.parts.filter((part) => part.kind === 'text')
    return [{ ...turn, answer: { ...turn.answer, parts, native: undefined } }]
  })
}

/** The answer in the surface's own form, if it came from that surface. */
export const nativeOf = <T>(answer: Answer, surface: Surface): T | undefined =>
  answer.surface === surface ? (answer.native as T | undefined) : undefined
