import {
  Bell,
  BookOpen,
  Boxes,
  Fingerprint,
  Gauge,
  House,
  KeyRound,
  MessagesSquare,
  ScrollText,
  ShieldCheck,
  UserCog,
  Users,
  UsersRound,
  Waypoints,
  type LucideIcon,
} from 'lucide-react'
import type { MessageKey } from '@/i18n'
import type { Access } from '@/lib/api/access'

export interface NavigationItem {
  to:
    | '/'
    | '/gateway/providers'
    | '/gateway/models'
    | '/gateway/playground'
    | '/gateway/security'
    | '/gateway/logs'
    | '/gateway/guide'
    | '/api-keys'
    | '/admin/users'
    | '/admin/teams'
    | '/admin/roles'
    | '/admin/limits'
    | '/admin/notifications'
    | '/admin/sso'
  label: MessageKey
  icon: LucideIcon
  keywords: string
  /** Shown to whoever holds one of these somewhere; absent: to everybody. */
  needs?: string[]
}

/** The one list of pages: the sidebar and the palette are both drawn from it. */
export const navigation: { label?: MessageKey; items: NavigationItem[] }[] = [
  { items: [{ to: '/', label: 'nav.home', icon: House, keywords: 'dashboard overview live' }] },
  {
    label: 'nav.gateway',
    items: [
      {
        to: '/gateway/providers',
        label: 'nav.providers',
        icon: Waypoints,
        keywords: 'upstream openai anthropic',
        needs: ['providers:read'],
      },
      {
        to: '/gateway/models',
        label: 'nav.models',
        icon: Boxes,
        keywords: 'routes prices routing',
        needs: ['models:read'],
      },
      {
        to: '/gateway/playground',
        label: 'nav.playground',
        icon: MessagesSquare,
        keywords: 'chat try compare tools images prompt',
      },
      {
        to: '/gateway/security',
        label: 'nav.security',
        icon: ShieldCheck,
        keywords: 'content rules pii redaction guard sandbox regex block personal data',
        needs: ['content_filter:read', 'pii:read'],
      },
      { to: '/gateway/logs', label: 'nav.logs', icon: ScrollText, keywords: 'requests calls audit bodies' },
      {
        to: '/gateway/guide',
        label: 'nav.guide',
        icon: BookOpen,
        keywords: 'guide sdk claude code codex cursor curl',
      },
    ],
  },
  {
    label: 'nav.access',
    items: [{ to: '/api-keys', label: 'nav.keys', icon: KeyRound, keywords: 'tokens secrets' }],
  },
  {
    label: 'nav.admin',
    items: [
      {
        to: '/admin/users',
        label: 'nav.users',
        icon: Users,
        keywords: 'people accounts invite sessions permissions service',
        needs: ['users:read'],
      },
      {
        to: '/admin/teams',
        label: 'nav.teams',
        icon: UsersRound,
        keywords: 'groups members managers cost centre',
        needs: ['teams:read', 'teams:read_own'],
      },
      {
        to: '/admin/roles',
        label: 'nav.roles',
        icon: UserCog,
        keywords: 'permissions policy access rights',
        needs: ['roles:read'],
      },
      {
        to: '/admin/limits',
        label: 'nav.limits',
        icon: Gauge,
        keywords: 'budgets rate bulk quota override spend many',
        needs: ['limits:write'],
      },
      {
        to: '/admin/notifications',
        label: 'nav.notifications',
        icon: Bell,
        keywords: 'alerts webhook settings slack on-call',
        needs: ['settings:read'],
      },
      {
        to: '/admin/sso',
        label: 'nav.sso',
        icon: Fingerprint,
        keywords: 'single sign-on oidc openid okta entra keycloak zitadel google auth0 login',
        needs: ['system:oidc'],
      },
    ],
  },
]

/** The pages that this person may open. */
export const navigationFor = (access: Access) =>
  navigation
    .map((group) => ({
      ...group,
      items: group.items.filter((item) => !item.needs || access.maySomewhere(...item.needs)),
    }))
    .filter((group) => group.items.length > 0)
