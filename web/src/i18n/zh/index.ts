import type { Messages } from '..'
import { common } from './common'
import { shell } from './shell'
import { auth } from './auth'
import { setup } from './setup'
import { home } from './home'
import { providers } from './providers'
import { models } from './models'
import { guide } from './guide'
import { playground } from './playground'
import { security } from './security'
import { keys } from './keys'
import { logs } from './logs'
import { limits } from './limits'
import { profile } from './profile'
import { roles } from './roles'
import { teams } from './teams'
import { users } from './users'
import { sso } from './sso'
import { bell } from './bell'

export const zh: Messages = {
  ...common,
  ...shell,
  ...auth,
  ...setup,
  ...home,
  ...providers,
  ...models,
  ...guide,
  ...playground,
  ...security,
  ...keys,
  ...logs,
  ...limits,
  ...profile,
  ...roles,
  ...teams,
  ...users,
  ...sso,
  ...bell,
}
