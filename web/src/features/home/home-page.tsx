import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { Page, Panel } from '@/components/page'
import { ErrorState } from '@/components/states'
import { Segmented } from '@/components/ui/segmented'
import { Skeleton } from '@/components/ui/skeleton'
import { useI18n } from '@/i18n'
import { overviewQuery, ranges, type Range } from '@/lib/api/overview'
import { metrics, type Metric } from './data/metrics'
import { FirstSteps } from './first-steps'
import { LiveLog } from './live-log'
import { ProviderHealth } from './provider-health'
import { StatTiles } from './stat-tiles'
import { TopList } from './top-list'

const TrafficChart = lazy(() => import('./traffic-chart'))

interface HomePageProps {
  range: Range
  onRange: (range: Range) => void
}

/** The cockpit: what is happening now, compared with the period before, understood in five seconds. */
export function HomePage({ range, onRange }: HomePageProps) {
  const { t } = useI18n()
  const [metric, setMetric] = useState<Metric>('requests')
  const overview = useQuery(overviewQuery(range))
  const data = overview.data
  const quiet = data && data.totals.requests === 0 && data.previous.requests === 0

  return (
    <Page
      title={t('nav.home')}
      description={t('home.lead')}
      actions={
        <Segmented
          label={t('home.range')}
          value={range}
          onChange={onRange}
          options={ranges.map((each) => ({ value: each, label: t(`home.range.${each}`) }))}
        />
      }
    >
      {overview.isError && !data ? (
        <ErrorState error={overview.error} onRetry={() => void overview.refetch()} className="panel" />
      ) : (
        <div className="grid gap-4">
          {quiet && <FirstSteps />}
          <StatTiles overview={data} />
          <div className="grid gap-4 xl:grid-cols-3">
            <Panel
              className="xl:col-span-2"
              title={t(`home.metric.${metric}`)}
              aside={
                <Segmented
                  label={t('home.metric')}
                  value={metric}
                  onChange={setMetric}
                  className="h-7 max-w-full overflow-x-auto"
                  options={metrics.map((each) => ({ value: each, label: t(`home.metric.${each}Short`) }))}
                />
              }
            >
              <div className="h-full min-h-64">
                {data ? (
                  <Suspense fallback={<Skeleton className="h-full" />}>
                    <TrafficChart series={data.series} metric={metric} range={range} />
                  </Suspense>
                ) : (
                  <Skeleton className="h-full" />
                )}
              </div>
            </Panel>
            <ProviderHealth providers={data?.providers} />
          </div>
          <div className="grid gap-4 xl:grid-cols-3">
            <LiveLog className="xl:col-span-2" />
            <div className="grid content-start gap-4">
              <TopList
                title={t('home.topModels')}
                empty={t('home.noTraffic')}
                rows={data?.top_models.map((model) => ({
                  id: model.model,
                  label: model.model,
                  mono: true,
                  simulated: model.simulated,
                  requests: model.requests,
                  cost: model.cost_usd,
                  search: { model: model.model },
                }))}
              />
              <TopList
                title={t('home.topUsers')}
                empty={t('home.noTraffic')}
                rows={data?.top_users.map((user) => ({
                  id: user.user_email,
                  label: user.user_email,
                  requests: user.requests,
                  cost: user.cost_usd,
                  search: { user_email: user.user_email },
                }))}
              />
            </div>
          </div>
        </div>
      )}
    </Page>
  )
}
