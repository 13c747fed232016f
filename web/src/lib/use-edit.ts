import { useEffect, useRef, useState } from 'react'
import type { DefaultValues, FieldValues, Path, UseFormReturn } from 'react-hook-form'
import type { Versioned } from './api/problem'
import { toApiError } from './api/problem'

/** What somebody else changed meanwhile where the reader had typed something too. */
export interface Clash {
  name: string
  /** How it stands in the newer version; absent for what has no short form. */
  theirs?: string | boolean
  take: () => void
}

/** A part of the thing that is edited outside the form. */
export interface Part<T> {
  name: string
  touched: () => boolean
  differs: (one: T, other: T) => boolean
  take: (value: T) => void
}

interface EditOptions<T, V extends FieldValues> {
  form: UseFormReturn<V>
  /** Absent while something new is made. */
  read?: () => Promise<Versioned<T>>
  valuesOf: (value: T) => V
  part?: Part<T>
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** Short enough to be shown beside the field; what is a structure, or holds secrets, is named only. */
function shortly(value: unknown): string | boolean | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return String(value)
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
    ? value.join(', ')
    : undefined
}

/**
 * One edit of one thing. It is read when the form opens, its version goes back with what is saved, and when somebody else was faster their version can be
 * loaded under what was typed: a field that the reader touched keeps their text, every other one shows what is there now.
 */
export function useEdit<T, V extends FieldValues>({ form, read, valuesOf, part }: EditOptions<T, V>) {
  const [clashes, setClashes] = useState<Clash[]>()
  const [loading, setLoading] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const base = useRef<Promise<Versioned<T>>>(undefined)
  const latest = useRef({ read, valuesOf, part })
  latest.current = { read, valuesOf, part }
  // Read during render, or the form would not keep count of it.
  const dirty = useRef(form.formState.dirtyFields)
  dirty.current = form.formState.dirtyFields
  const touched = (name: string) => {
    const state = (dirty.current as Record<string, unknown>)[name]
    return JSON.stringify(state ?? false).includes('true')
  }

  /** Shows a version under what was typed. */
  const show = (value: T) => {
    form.reset(latest.current.valuesOf(value), { keepDirtyValues: true, keepErrors: true })
    if (latest.current.part && !latest.current.part.touched()) latest.current.part.take(value)
  }

  useEffect(() => {
    if (!latest.current.read || base.current) return
    const first = latest.current.read()
    base.current = first
    first.then(
      ({ value }) => show(value),
      // Whoever saves hears of it.
      () => undefined,
    )
  }, [])

  const clashesBetween = (before: T, after: T): Clash[] => {
    const { valuesOf, part } = latest.current
    const [old, next] = [valuesOf(before), valuesOf(after)]
    const fields = Object.keys(next).filter(
      (name) =>
        touched(name) && !same(old[name], next[name]) && !same(form.getValues(name as Path<V>), next[name]),
    )
    const found: Clash[] = fields.map((name) => ({
      name,
      theirs: shortly(next[name]),
      take: () =>
        form.setValue(name as Path<V>, next[name] as never, { shouldDirty: true, shouldValidate: true }),
    }))
    if (part && part.touched() && part.differs(before, after))
      found.push({ name: part.name, take: () => part.take(after) })
    return found
  }

  const settle = (name: string) => setClashes((all) => all?.filter((clash) => clash.name !== name))

  return {
    clashes,
    loading,
    failure,
    /** Takes what stands in the newer version in place of what was typed. */
    take: (clash: Clash) => {
      clash.take()
      settle(clash.name)
    },
    /** The version that what is in the form stands on. */
    etag: async () => {
      if (!base.current) return undefined
      return (await base.current).etag
    },
    /** What the form was filled with. */
    base: async () => (await base.current)?.value,
    /** Loads the version that somebody else saved, under what was typed. */
    loadNewer: async () => {
      const { read } = latest.current
      if (!read) return
      setLoading(true)
      setFailure(undefined)
      try {
        const before = await base.current
        const after = await read()
        setClashes(before ? clashesBetween(before.value, after.value) : [])
        base.current = Promise.resolve(after)
        show(after.value)
      } catch (error) {
        setFailure(error)
      } finally {
        setLoading(false)
      }
    },
    /** After the reader changed it by other means: what is typed stands on that. */
    refresh: async () => {
      const { read } = latest.current
      if (!read) return
      base.current = read()
      show((await base.current).value)
    },
    /** After a save, for a form that stays open. */
    saved: async () => {
      const { read, valuesOf } = latest.current
      setClashes(undefined)
      if (!read) return
      base.current = read()
      form.reset(valuesOf((await base.current).value) as DefaultValues<V>)
    },
  }
}

export type Edit = Pick<ReturnType<typeof useEdit>, 'clashes' | 'loading' | 'failure' | 'take' | 'loadNewer'>

/** Somebody else changed it since it was read. */
export const isStale = (error: unknown) => Boolean(error) && toApiError(error).status === 412
