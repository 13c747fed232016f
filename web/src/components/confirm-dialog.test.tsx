// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'
import { renderApp } from '@/test/render'
import { ConfirmDialog } from './confirm-dialog'

afterEach(cleanup)

it('destroys only once the name is typed, and stays open with the reason when it fails', async () => {
  const user = userEvent.setup()
  const onConfirm = vi.fn().mockRejectedValueOnce(new TypeError('offline')).mockResolvedValueOnce(undefined)
  const onClose = vi.fn()
  await renderApp(
    <ConfirmDialog title="Delete?" name="prod-key" action="Delete" onConfirm={onConfirm} onClose={onClose}>
      Gone for good.
    </ConfirmDialog>,
  )
  const destroy = screen.getByRole('button', { name: 'Delete' })
  const field = screen.getByLabelText('Type prod-key to confirm')
  await user.type(field, 'prod-ke{Enter}')
  expect(onConfirm).not.toHaveBeenCalled()
  await user.type(field, 'y')
  await user.click(destroy)
  expect((await screen.findByRole('alert')).textContent).toContain('Check that ThinkWatch is running')
  expect(onClose).not.toHaveBeenCalled()
  await user.click(destroy)
  await vi.waitFor(() => expect(onClose).toHaveBeenCalled())
})
