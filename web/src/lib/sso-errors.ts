import type { MessageKey, Translate } from '@/i18n'

const known = [
  'state',
  'not_active',
  'cancelled',
  'provider',
  'unavailable',
  'exchange',
  'token',
  'email_missing',
  'email_unverified',
  'email_domain',
  'groups',
  'disabled',
  'not_provisioned',
  'account_exists',
  'too_many',
]

/** A code of the sign-in in words; whatever else stands in the address is not shown. */
export const ssoErrorText = (code: string, t: Translate): string =>
  t((known.includes(code) ? `sso.error.${code}` : 'sso.error.other') as MessageKey)
