import type { ReactNode } from 'react'
import { useI18n } from '@/i18n'
import type { LimitSubject } from '@/lib/api/limits'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs'
import { LimitsPanel } from './limits-panel'

export type LimitsTab = 'settings' | 'limits'

interface LimitsTabsProps {
  /** Absent while it is being made: there is nothing yet to limit. */
  subject?: LimitSubject
  tab: LimitsTab
  onTab: (tab: LimitsTab) => void
  children: ReactNode
}

/** An edit dialog's form, and beside it the limits of what is edited. The form stays mounted: half-filled it outlives a look at its neighbour. */
export function LimitsTabs({ subject, tab, onTab, children }: LimitsTabsProps) {
  const { t } = useI18n()
  if (!subject) return children
  return (
    <Tabs value={tab} onValueChange={(value) => onTab(value === 'limits' ? 'limits' : 'settings')}>
      <TabsList className="-mx-5 mb-4 px-5 sm:px-5">
        <TabsTrigger value="settings">{t('limits.tab.settings')}</TabsTrigger>
        <TabsTrigger value="limits">{t('limits.tab')}</TabsTrigger>
      </TabsList>
      <TabsContent value="settings" forceMount hidden={tab !== 'settings'}>
        {children}
      </TabsContent>
      <TabsContent value="limits">
        <LimitsPanel subject={subject} />
      </TabsContent>
    </Tabs>
  )
}
