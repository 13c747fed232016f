// Apart from the form's schema: every page's first load has the addresses, and must not bring the checks of forms with them.
export const ssoSteps = ['provider', 'client', 'people'] as const
export type SsoStep = (typeof ssoSteps)[number]

export interface SsoSearch {
  /** A step of the wizard; absent: the connection as it is. */
  step?: SsoStep
  /** What came of a test sign-in: ok, or why not. */
  test?: string
  dialog?: 'delete' | 'deactivate'
}
