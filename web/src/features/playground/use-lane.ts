import { useCallback, useEffect, useRef, useState } from 'react'
import { begun, callModel } from './data/call'
import { changeLane, emptyLane, type LaneChange } from './data/lane'
import type { ImagePart, Settings, Surface, ToolResult } from './data/types'

let lastId = 0
export const newId = (): string => `t${++lastId}`

interface LaneOptions {
  key: () => Promise<string>
  model: string
  surface: Surface
  settings: Settings
}

/** A conversation and its calls. What is asked next goes out with the model, surface and settings chosen by then. */
export function useLane(options: LaneOptions) {
  const [lane, setLane] = useState(emptyLane)
  const current = useRef(lane)
  const chosen = useRef(options)
  const running = useRef<AbortController>(null)
  useEffect(() => {
    chosen.current = options
  })
  useEffect(() => () => running.current?.abort(), [])

  const apply = useCallback((change: LaneChange) => {
    current.current = changeLane(current.current, change)
    setLane(current.current)
  }, [])
  const answer = useCallback(async () => {
    const { key, model, surface, settings } = chosen.current
    const { turns } = current.current
    const controller = new AbortController()
    running.current = controller
    const id = newId()
    apply({ do: 'answer', id, answer: begun(model, surface) })
    await callModel({ key, model, surface, settings, turns, signal: controller.signal }, (next) =>
      apply({ do: 'answer', id, answer: next }),
    )
  }, [apply])

  const ask = useCallback(
    (text: string, images: ImagePart[]) => {
      apply({ do: 'ask', id: newId(), text, images })
      void answer()
    },
    [apply, answer],
  )
  const giveResults = useCallback(
    (results: ToolResult[]) => {
      apply({ do: 'results', id: newId(), results })
      void answer()
    },
    [apply, answer],
  )
  const again = useCallback(() => {
    apply({ do: 'again' })
    void answer()
  }, [apply, answer])
  const stop = useCallback(() => running.current?.abort(), [])
  const clear = useCallback(() => {
    running.current?.abort()
    apply({ do: 'clear' })
  }, [apply])

  return { turns: lane.turns, lane, ask, giveResults, again, stop, clear }
}

export type LaneControl = ReturnType<typeof useLane>
