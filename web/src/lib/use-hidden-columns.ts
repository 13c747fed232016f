import { useState } from 'react'
import { readStored, writeStored } from './storage'

/** Which columns of a table a person does not want: a habit of theirs, so it stays in their browser. */
export function useHiddenColumns(table: string, hiddenAtFirst: string) {
  const storageKey = `thinkwatch.${table}.hidden`
  const [hidden, setHidden] = useState<string[]>(() =>
    (readStored(storageKey) ?? hiddenAtFirst).split(',').filter(Boolean),
  )
  const toggle = (id: string, visible: boolean) => {
    const next = visible ? hidden.filter((each) => each !== id) : [...hidden, id]
    writeStored(storageKey, next.join(','))
    setHidden(next)
  }
  return { hidden, toggle }
}
