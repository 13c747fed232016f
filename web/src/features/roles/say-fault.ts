import type { Translate } from '@/i18n'
import type { Fault } from './data/check'

export const sayFault = (fault: Fault, t: Translate): string =>
  typeof fault.message === 'string' ? t(fault.message, { value: fault.value ?? '' }) : fault.message.said
