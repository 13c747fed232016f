// @vitest-environment jsdom
import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { encode } from 'uqr'
import QrCode from './qr-code'

test('every dark module is drawn once, on white', () => {
  const text = 'otpauth://totp/Site:ada%40example.test?secret=JBSWY3DPEHPK3PXP&issuer=Site'
  render(<QrCode text={text} label="code" />)
  const drawn = screen.getByRole('img', { name: 'code' }).querySelector('path')?.getAttribute('d') ?? ''
  const dark = encode(text, { ecc: 'M', border: 2 }).data.flat().filter(Boolean).length

  expect(drawn.match(/M/g)).toHaveLength(dark)
  expect(dark).toBeGreaterThan(200)
})
