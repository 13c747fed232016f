import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ApiError, type Versioned } from './api/problem'
import type { Edit } from './use-edit'

interface VersionOptions {
  /** Reads the thing as it is now, when the question is asked. Absent where what is acted on has no version. */
  read?: () => Promise<{ etag?: string } | undefined>
  /** In its place, for what is in sight all the time: the version that is shown. */
  shown?: () => string | undefined
}

/**
 * What `useEdit` is to a form, to an act that types nothing: a switch, a row that goes, somebody who comes. It stands on the version that the person saw;
 * when somebody else was faster, what is there now is shown before they act again.
 */
export function useVersion({ read, shown }: VersionOptions) {
  const [loaded, setLoaded] = useState(false)
  const [loading, setLoading] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const client = useQueryClient()
  const base = useRef<Promise<{ etag?: string } | undefined>>(undefined)
  const latest = useRef({ read, shown })
  latest.current = { read, shown }

  const readAnew = () => {
    const reading = latest.current.read?.() ?? Promise.resolve(undefined)
    base.current = reading
    // Whoever acts hears of it, or reads again.
    reading.catch(() => {
      if (base.current === reading) base.current = undefined
    })
    return reading
  }
  useEffect(() => {
    if (!latest.current.shown && !base.current) void readAnew().catch(() => undefined)
  }, [])

  const edit: Edit = {
    clashes: loaded ? [] : undefined,
    loading,
    failure,
    take: () => undefined,
    loadNewer: async () => {
      setLoading(true)
      setFailure(undefined)
      try {
        // The page around it too: what is asked about is described there.
        await client.invalidateQueries()
        if (!latest.current.shown) await readAnew()
        setLoaded(true)
      } catch (error) {
        setFailure(error)
      } finally {
        setLoading(false)
      }
    },
  }
  return {
    edit,
    /** The version that the act stands on. */
    etag: async () =>
      latest.current.shown ? latest.current.shown() : (await (base.current ?? readAnew()))?.etag,
    /** After the act: what was loaded is no news any more. */
    done: () => setLoaded(false),
  }
}

/** For a switch in a list whose rows carry no version: the thing is read, and must still be as the row showed it. */
export async function etagAsShown<T>(read: Promise<Versioned<T>>, same: (now: T) => boolean) {
  const { value, etag } = await read
  if (!same(value)) throw new ApiError(412, {})
  return etag
}
