// @vitest-environment jsdom
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { renderApp } from '@/test/render'
import { UseBar } from './use-bar'

afterEach(cleanup)

it('says of the share that it is used, beside words of what is left', async () => {
  await renderApp(<UseBar name="Requests in 1 minute" current="20" limit="100" unit="requests" />)
  expect(screen.getByText('Room left').textContent).toBe('Room left(20% used)')
})
