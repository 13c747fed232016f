// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it } from 'vitest'
import { renderApp } from '@/test/render'
import { SecretOnce } from './secret-once'

afterEach(cleanup)

it('masks the secret until asked, and copies the whole of it', async () => {
  const user = userEvent.setup()
  await renderApp(<SecretOnce secret="tw-abcdefghijklmnop" label="API key" />)
  const output = screen.getByLabelText('API key')
  expect(output.textContent).not.toContain('ijklmnop')
  await user.click(screen.getByRole('button', { name: 'Copy API key' }))
  expect(await navigator.clipboard.readText()).toBe('tw-abcdefghijklmnop')
  await user.click(screen.getByRole('button', { name: 'Reveal' }))
  expect(output.textContent).toBe('tw-abcdefghijklmnop')
})
