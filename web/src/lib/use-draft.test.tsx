// @vitest-environment jsdom
import { useMutation } from '@tanstack/react-query'
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, expect, it } from 'vitest'
import { EditError } from '@/components/edit-conflict'
import { renderApp } from '@/test/render'
import { ApiError } from './api/problem'
import { useDraft } from './use-draft'

afterEach(cleanup)

/** A weight on a server that refuses what stands on an older version. */
function server() {
  const stored = { value: '10', version: 1 }
  return {
    stored,
    read: () => Promise.resolve({ value: stored.value, etag: String(stored.version) }),
    write: (value: string, etag: string | undefined) => {
      if (etag !== String(stored.version)) return Promise.reject(new ApiError(412, {}))
      return Promise.resolve(Object.assign(stored, { value, version: stored.version + 1 }))
    },
  }
}

function Row({ api }: { api: ReturnType<typeof server> }) {
  const [shown, setShown] = useState({ value: '10', etag: '1' })
  const reload = () => api.read().then(setShown)
  const edit = useDraft({ name: 'weight', ...shown, read: api.read, reload, say: (text) => text })
  const save = useMutation({
    mutationFn: (value: string) => api.write(value, edit.etag),
    onSuccess: async () => {
      await reload()
      edit.drop()
    },
  })
  const weight = edit.draft ?? shown.value
  return (
    <>
      <input aria-label="weight" value={weight} onChange={(event) => edit.set(event.target.value)} />
      <EditError edit={edit} error={save.error} onLoaded={save.reset} label={(name) => name} />
      <button onClick={() => void reload()}>reload</button>
      <button onClick={() => save.mutate(weight)}>save</button>
    </>
  )
}

const field = () => screen.getByLabelText<HTMLInputElement>('weight')

async function typeOver(text: string) {
  await userEvent.clear(field())
  await userEvent.type(field(), text)
}

it('saves twice in a row, each on the version before', async () => {
  const api = server()
  await renderApp(<Row api={api} />)
  for (const weight of ['20', '30']) {
    await typeOver(weight)
    await userEvent.click(screen.getByText('save'))
    await expect.poll(() => api.stored.value).toBe(weight)
  }
})

it('stands on the version that was typed over, though the page was loaded anew, and says what is there now', async () => {
  const api = server()
  await renderApp(<Row api={api} />)
  await typeOver('20')
  await api.write('70', '1')
  await userEvent.click(screen.getByText('reload'))
  await userEvent.click(screen.getByText('save'))
  await screen.findByText('Somebody else changed this meanwhile')
  expect(api.stored.value).toBe('70')

  await userEvent.click(screen.getByText('Load the newer version'))
  await screen.findByText('is now “70”')
  expect(field().value).toBe('20')
  await userEvent.click(screen.getByText('save'))
  await expect.poll(() => api.stored.value).toBe('20')
})

it('what somebody else did is taken by giving up what was typed', async () => {
  const api = server()
  await renderApp(<Row api={api} />)
  await typeOver('20')
  await api.write('70', '1')
  await userEvent.click(screen.getByText('save'))
  await userEvent.click(await screen.findByText('Load the newer version'))
  await userEvent.click(await screen.findByRole('button', { name: 'Take theirs: weight' }))
  expect(field().value).toBe('70')
})
