import { useRef, useState } from 'react'
import type { Versioned } from './api/problem'
import type { Clash } from './use-edit'

interface DraftOptions<V> {
  /** What the value is called, for `EditError`. */
  name: string
  /** As it was loaded, with its version. */
  value: V
  etag: string | undefined
  /** As it is now. */
  read: () => Promise<Versioned<V>>
  /** Shows everything anew around it. */
  reload: () => Promise<unknown>
  say: (value: V) => string
}

/**
 * What `useEdit` is to a form, to a single value that is set in place: a weight, a bar, a switch. What is typed stands on the version that was shown when the
 * typing began, however often the page is loaded anew meanwhile; when somebody else was faster, their version is loaded under it.
 */
export function useDraft<V>(options: DraftOptions<V>) {
  const [draft, setDraft] = useState<{ value: V; base: V; etag: string | undefined }>()
  const [clashes, setClashes] = useState<Clash[]>()
  const [loading, setLoading] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const latest = useRef(options)
  latest.current = options
  const drop = () => {
    setDraft(undefined)
    setClashes(undefined)
  }
  const standOn = (now: Versioned<V>) =>
    setDraft((typed) => typed && { ...typed, base: now.value, etag: now.etag })
  const same = (one: V, other: V) => latest.current.say(one) === latest.current.say(other)

  return {
    draft: draft?.value,
    /** The version that a change stands on. */
    etag: draft ? draft.etag : options.etag,
    set: (value: V) =>
      setDraft((old) =>
        old ? { ...old, value } : { value, base: latest.current.value, etag: latest.current.etag },
      ),
    /** After a save, or when what was typed is given up. */
    drop,
    /** After the reader changed it by other means: what is typed stands on that. */
    refresh: async () => {
      if (draft) standOn(await options.read())
    },
    clashes,
    loading,
    failure,
    take: (clash: Clash) => clash.take(),
    loadNewer: async () => {
      setLoading(true)
      setFailure(undefined)
      try {
        const { name, say } = options
        await options.reload()
        const now = await options.read()
        const clash =
          draft && !same(draft.base, now.value) && !same(draft.value, now.value)
            ? [{ name, theirs: say(now.value), take: drop }]
            : []
        setClashes(draft ? clash : undefined)
        standOn(now)
      } catch (error) {
        setFailure(error)
      } finally {
        setLoading(false)
      }
    },
  }
}
