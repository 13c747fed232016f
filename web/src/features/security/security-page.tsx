import { Page } from '@/components/page'
import { Segmented } from '@/components/ui/segmented'
import { useI18n } from '@/i18n'
import type { ListSearch } from '@/lib/list-search'
import { PatternsTab } from './patterns-tab'
import { RulesTab } from './rules-tab'
import { Sandbox } from './sandbox'

export interface SecuritySearch extends ListSearch {
  view?: 'patterns'
}

interface SecurityPageProps {
  search: SecuritySearch
  onSearch: (change: Partial<SecuritySearch>) => void
}

/** What may be said and what is taken out, with the sandbox beside it: a change is tried where it is made. */
export function SecurityPage({ search, onSearch }: SecurityPageProps) {
  const { t } = useI18n()
  const view = search.view ?? 'rules'
  return (
    <Page
      title={t('nav.security')}
      description={t('security.lead')}
      actions={
        <Segmented
          label={t('security.view')}
          value={view}
          onChange={(value) => onSearch({ view: value === 'rules' ? undefined : value })}
          options={[
            { value: 'rules', label: t('security.rules') },
            { value: 'patterns', label: t('security.personal') },
          ]}
        />
      }
    >
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_23rem]">
        <div className="min-w-0">
          {view === 'rules' ? <RulesTab search={search} onSearch={onSearch} /> : <PatternsTab />}
        </div>
        <Sandbox />
      </div>
    </Page>
  )
}
