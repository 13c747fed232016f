// @vitest-environment jsdom
import { useMutation } from '@tanstack/react-query'
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useForm } from 'react-hook-form'
import { afterEach, expect, it } from 'vitest'
import { EditError } from '@/components/edit-conflict'
import { renderApp } from '@/test/render'
import { ApiError } from './api/problem'
import { useEdit } from './use-edit'

afterEach(cleanup)

/** A thing on a server that refuses what stands on an older version. */
function server() {
  const stored = { value: { name: 'old', note: 'old note' }, version: 1 }
  return {
    stored,
    read: () => Promise.resolve({ value: { ...stored.value }, etag: String(stored.version) }),
    write: (value: typeof stored.value, etag: string | undefined) => {
      if (etag !== String(stored.version)) return Promise.reject(new ApiError(412, {}))
      Object.assign(stored, { value, version: stored.version + 1 })
      return Promise.resolve(value)
    },
  }
}

function Form({ api }: { api: ReturnType<typeof server> }) {
  const form = useForm({ defaultValues: { name: 'stale row', note: 'stale row' } })
  const edit = useEdit({ form, read: api.read, valuesOf: (value) => value })
  const save = useMutation({
    mutationFn: async (values: { name: string; note: string }) => api.write(values, await edit.etag()),
  })
  return (
    <form onSubmit={form.handleSubmit((values) => save.mutate(values))}>
      <input aria-label="name" {...form.register('name')} />
      <input aria-label="note" {...form.register('note')} />
      <EditError edit={edit} error={save.error} onLoaded={save.reset} label={(name) => name} />
      <button>save</button>
    </form>
  )
}

const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name)

it('shows what is there now, not the row it was opened from, and saves on that version', async () => {
  const api = server()
  await renderApp(<Form api={api} />)
  await expect.poll(() => field('name').value).toBe('old')
  await userEvent.clear(field('name'))
  await userEvent.type(field('name'), 'mine')
  await userEvent.click(screen.getByText('save'))
  await expect.poll(() => api.stored.value).toEqual({ name: 'mine', note: 'old note' })
})

it('keeps what was typed over a newer version, names what clashes, and can take it', async () => {
  const api = server()
  await renderApp(<Form api={api} />)
  await expect.poll(() => field('name').value).toBe('old')
  await api.write({ name: 'theirs', note: 'their note' }, '1')
  await userEvent.clear(field('name'))
  await userEvent.type(field('name'), 'mine')
  await userEvent.click(screen.getByText('save'))
  await screen.findByText('Somebody else changed this meanwhile')
  expect(api.stored.value.name).toBe('theirs')

  await userEvent.click(screen.getByText('Load the newer version'))
  await screen.findByText('is now “theirs”')
  expect([field('name').value, field('note').value]).toEqual(['mine', 'their note'])

  await userEvent.click(screen.getByRole('button', { name: 'Take theirs: name' }))
  expect(field('name').value).toBe('theirs')
  await userEvent.type(field('name'), ' and mine')
  await userEvent.click(screen.getByText('save'))
  await expect.poll(() => api.stored.value).toEqual({ name: 'theirs and mine', note: 'their note' })
})
