/** What a conversion lost or changed: `dropped=a,b; changed=c` in the header, `dropped a` in the row. */
export interface Notes {
  dropped: string[]
  changed: string[]
}

export function readNotes(notes: readonly string[]): Notes {
  const found: Notes = { dropped: [], changed: [] }
  for (const note of notes.flatMap((each) => each.split(';').map((one) => one.trim()))) {
    const [kind = '', names = ''] = note.split(/[= ]/, 2)
    const list = kind === 'dropped' ? found.dropped : kind === 'changed' ? found.changed : undefined
    for (const name of names.split(',').map((each) => each.trim())) {
      if (name && list && !list.includes(name)) list.push(name)
    }
  }
  return found
}

export const header = (headers: readonly [string, string][], name: string): string | undefined =>
  headers.find(([each]) => each === name)?.[1]
