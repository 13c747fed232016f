// @vitest-environment jsdom
import { useQueryClient } from '@tanstack/react-query'
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it } from 'vitest'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { renderApp } from '@/test/render'
import { ApiError } from './api/problem'
import { etagAsShown, useVersion } from './use-version'

afterEach(cleanup)

/** Something on a server that refuses what stands on an older version. */
function server() {
  const stored = { version: 1, gone: false, away: false }
  return {
    stored,
    read: () =>
      stored.away
        ? Promise.reject(new ApiError(0, {}))
        : Promise.resolve({ value: stored, etag: String(stored.version) }),
    remove: (etag: string | undefined) => {
      if (etag !== String(stored.version)) return Promise.reject(new ApiError(412, {}))
      stored.gone = true
      return Promise.resolve()
    },
  }
}

const dialog = (api: ReturnType<typeof server>) => (
  <ConfirmDialog
    title="Delete"
    name="web"
    action="Go"
    read={api.read}
    onConfirm={api.remove}
    onClose={() => {}}
  >
    It goes.
  </ConfirmDialog>
)
const confirm = () => userEvent.click(screen.getByRole('button', { name: 'Go' }))

it('destroys what the question was asked about, and nothing that changed since', async () => {
  const api = server()
  await renderApp(dialog(api))
  api.stored.version = 2
  await userEvent.type(screen.getByRole('textbox'), 'web')
  await confirm()
  await screen.findByText('Somebody else changed this meanwhile')
  expect(api.stored.gone).toBe(false)

  await userEvent.click(screen.getByText('Load the newer version'))
  await screen.findByText('This is the newer version. Look it over, then go on.')
  expect(screen.getByRole<HTMLInputElement>('textbox').value).toBe('web')
  await confirm()
  await expect.poll(() => api.stored.gone).toBe(true)
})

it('reads again when the first reading failed, before it destroys anything', async () => {
  const api = server()
  api.stored.away = true
  await renderApp(dialog(api))
  await userEvent.type(screen.getByRole('textbox'), 'web')
  await confirm()
  await screen.findByText(/ThinkWatch is running/)
  api.stored.away = false
  await confirm()
  await expect.poll(() => api.stored.gone).toBe(true)
})

it('stands on what is shown where that is always in sight', async () => {
  const sent: (string | undefined)[] = []
  function Row() {
    const client = useQueryClient()
    const version = useVersion({ shown: () => client.getQueryData<string>(['shown']) })
    return (
      <>
        <button onClick={() => client.setQueryData(['shown'], 'newer')}>changes</button>
        <button onClick={() => void version.etag().then((etag) => sent.push(etag))}>act</button>
      </>
    )
  }
  await renderApp(<Row />)
  await userEvent.click(screen.getByText('act'))
  await userEvent.click(screen.getByText('changes'))
  await userEvent.click(screen.getByText('act'))
  expect(sent).toEqual([undefined, 'newer'])
})

it('a switch of a row is refused when the row was turned meanwhile', async () => {
  const read = Promise.resolve({ value: { enabled: false }, etag: '7' })
  await expect(etagAsShown(read, (now) => !now.enabled)).resolves.toBe('7')
  await expect(etagAsShown(read, (now) => now.enabled)).rejects.toMatchObject({ status: 412 })
})
