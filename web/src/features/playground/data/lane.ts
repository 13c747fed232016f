import { openCalls } from './history'
import type { Answer, ImagePart, ToolResult, Turn } from './types'

/** One column of the playground: a conversation with one model. */
export interface Lane {
  turns: Turn[]
}

export type LaneChange =
  | { do: 'ask'; id: string; text: string; images: ImagePart[] }
  | { do: 'answer'; id: string; answer: Answer }
  | { do: 'results'; id: string; results: ToolResult[] }
  | { do: 'again' }
  | { do: 'clear' }

export const emptyLane: Lane = { turns: [] }

export function changeLane(lane: Lane, change: LaneChange): Lane {
  const { turns } = lane
  switch (change.do) {
    case 'ask':
      return { turns: [...turns, { kind: 'user', id: change.id, text: change.text, images: change.images }] }
    case 'results':
      return { turns: [...turns, { kind: 'results', id: change.id, results: change.results }] }
    case 'answer': {
      const turn: Turn = { kind: 'answer', id: change.id, answer: change.answer }
      const known = turns.some((each) => each.id === change.id)
      // A conversation that was cleared meanwhile gets no late answer.
      if (!known && turns.length === 0) return lane
      return { turns: known ? turns.map((each) => (each.id === change.id ? turn : each)) : [...turns, turn] }
    }
    case 'again':
      return { turns: turns.at(-1)?.kind === 'answer' ? turns.slice(0, -1) : turns }
    case 'clear':
      return emptyLane
  }
}

export const isRunning = (lane: Lane): boolean => {
  const last = lane.turns.at(-1)
  return last?.kind === 'answer' && last.answer.status === 'running'
}

/** A new question can be asked: nothing runs, and no tool call waits for its result. */
export const isOpen = (lane: Lane): boolean => !isRunning(lane) && openCalls(lane.turns).length === 0
