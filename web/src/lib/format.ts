/** Every figure in the console is written by these, so that one kind of number looks the same everywhere. */
export interface Formats {
  integer: (value: number) => string
  compact: (value: number) => string
  usd: (value: string | number | null | undefined) => string
  duration: (ms: number | null | undefined) => string
  bytes: (value: number | null | undefined) => string
  percent: (ratio: number, digits?: number) => string
  relative: (iso: string, now?: number) => string
  exact: (iso: string) => string
  clock: (iso: string) => string
  day: (iso: string) => string
}

export const dash = '–'
const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

export function createFormats(locale: string): Formats {
  const tag = locale === 'zh' ? 'zh-CN' : 'en-US'
  const integer = new Intl.NumberFormat(tag)
  // Compact figures keep the international K, M, B in every language: engineers read them so.
  const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })
  const oneDigit = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 })
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'always', style: 'narrow' })
  const justNow = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }).format(0, 'second')
  const exact = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'long' })
  const clock = new Intl.DateTimeFormat(tag, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  })
  const day = new Intl.DateTimeFormat(tag, { dateStyle: 'medium' })

  const usd = (value: string | number | null | undefined) => {
    if (value === null || value === undefined || value === '') return dash
    const amount = Number(value)
    if (!Number.isFinite(amount)) return dash
    if (amount === 0) return '$0.00'
    const size = Math.abs(amount)
    if (size < 0.000001) return '<$0.000001'
    const digits = size >= 1 ? 2 : size >= 0.01 ? 4 : 6
    return `${amount < 0 ? '-' : ''}$${size.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: digits })}`
  }

  return {
    integer: (value) => integer.format(value),
    compact: (value) => (Math.abs(value) < 10_000 ? integer.format(value) : compact.format(value)),
    usd,
    duration: (ms) => {
      if (ms === null || ms === undefined) return dash
      if (ms < 1) return '<1 ms'
      if (ms < 1_000) return `${Math.round(ms)} ms`
      if (ms < 60_000) return `${oneDigit.format(ms / 1_000)} s`
      return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`
    },
    bytes: (value) => {
      if (value === null || value === undefined) return dash
      if (value < 1_024) return `${value} B`
      if (value < 1_048_576) return `${oneDigit.format(value / 1_024)} KB`
      return `${oneDigit.format(value / 1_048_576)} MB`
    },
    percent: (ratio, digits = 1) => `${(ratio * 100).toFixed(ratio === 0 || ratio >= 0.995 ? 0 : digits)}%`,
    relative: (iso, now = Date.now()) => {
      const seconds = (Date.parse(iso) - now) / 1_000
      for (const [unit, size] of units) {
        if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit)
      }
      return Math.abs(seconds) < 1 ? justNow : relative.format(Math.trunc(seconds), 'second')
    },
    exact: (iso) => exact.format(new Date(iso)),
    clock: (iso) => clock.format(new Date(iso)),
    day: (iso) => day.format(new Date(iso)),
  }
}

/** The random tail of a UUIDv7: its head is a clock and alike in neighbours. */
export const shortId = (id: string) => (id.length > 12 ? `…${id.slice(-8)}` : id)
