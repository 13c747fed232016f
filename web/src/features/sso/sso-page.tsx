import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Fingerprint } from 'lucide-react'
import { Page } from '@/components/page'
import { EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { ssoQuery } from '@/lib/api/sso'
import type { SsoSearch } from './data/search'
import { SsoOverview } from './sso-overview'
import { SsoWizard } from './sso-wizard'

export interface SsoPageProps {
  search: SsoSearch
  onSearch: (next: SsoSearch) => void
}

/** The connection to the organisation's OpenID provider: three steps to set it up, then test and activate. */
export function SsoPage({ search, onSearch }: SsoPageProps) {
  const { t } = useI18n()
  const client = useQueryClient()
  const sso = useQuery(ssoQuery)
  const refresh = () => client.invalidateQueries({ queryKey: ssoQuery.queryKey })
  const connection = sso.data?.connection ?? null
  return (
    <Page title={t('nav.sso')} description={t('sso.lead')}>
      {sso.isError ? (
        <ErrorState error={sso.error} onRetry={() => void sso.refetch()} className="panel" />
      ) : !sso.data ? (
        <Skeleton className="h-64 max-w-3xl" />
      ) : search.step ? (
        <SsoWizard
          connection={connection}
          presets={sso.data.presets}
          step={search.step}
          onStep={(step) => onSearch({ step })}
          onDone={async () => {
            await refresh()
            onSearch({})
          }}
        />
      ) : connection ? (
        <SsoOverview
          connection={connection}
          presets={sso.data.presets}
          search={search}
          onSearch={onSearch}
          onChanged={refresh}
        />
      ) : (
        <div className="panel max-w-3xl">
          <EmptyState
            icon={Fingerprint}
            title={t('sso.empty')}
            action={
              <Button variant="primary" onClick={() => onSearch({ step: 'provider' })}>
                {t('sso.setUp')}
              </Button>
            }
          >
            {t('sso.emptyHint')}
          </EmptyState>
        </div>
      )}
    </Page>
  )
}
