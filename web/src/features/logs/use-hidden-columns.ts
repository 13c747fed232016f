import { useState } from 'react'
import { readStored, writeStored } from '@/lib/storage'

const storageKey = 'thinkwatch.logs.hidden'

/** Which columns a person does not want: a habit of theirs, so it stays in their browser. */
export function useHiddenColumns() {
  const [hidden, setHidden] = useState<string[]>(() =>
    (readStored(storageKey) ?? 'key_name').split(',').filter(Boolean),
  )
  const toggle = (id: string, visible: boolean) => {
    const next = visible ? hidden.filter((each) => each !== id) : [...hidden, id]
    writeStored(storageKey, next.join(','))
    setHidden(next)
  }
  return { hidden, toggle }
}
