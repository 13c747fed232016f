import {
  BookOpen,
  Boxes,
  House,
  KeyRound,
  MessagesSquare,
  ScrollText,
  ShieldCheck,
  Waypoints,
  type LucideIcon,
} from 'lucide-react'
import type { MessageKey } from '@/i18n'

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
  label: MessageKey
  icon: LucideIcon
  keywords: string
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
      },
      { to: '/gateway/models', label: 'nav.models', icon: Boxes, keywords: 'routes prices routing' },
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
]
