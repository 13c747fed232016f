import { useInfiniteQuery } from '@tanstack/react-query'
import { Pause, Play, ScrollText } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { ColumnMenu } from '@/components/column-menu'
import { DataTable } from '@/components/data-table'
import { Page } from '@/components/page'
import { EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { useI18n } from '@/i18n'
import { listLogs, type LogItem } from '@/lib/api/logs'
import { useHiddenColumns } from '@/lib/use-hidden-columns'
import { cleared, toFilters, type LogSearch } from './data/search'
import { LogDrawer } from './log-drawer'
import { LogFilterBar } from './log-filters'
import { columnChoices, logColumns } from './logs-columns'

interface LogsPageProps {
  search: LogSearch
  onSearch: (change: Partial<LogSearch>) => void
}

const pageSize = 50
const liveEveryMs = 3_000

/** Marks the rows that came since the last poll of the same view. */
function useArrivals(rows: LogItem[] | undefined, view: string) {
  const seen = useRef<{ view: string; ids: Set<string> }>(null)
  const fresh = useMemo(() => {
    const known = seen.current
    if (!rows || known?.view !== view) return new Set<string>()
    return new Set(rows.filter((row) => !known.ids.has(row.id)).map((row) => row.id))
  }, [rows, view])
  useEffect(() => {
    if (rows) seen.current = { view, ids: new Set(rows.map((row) => row.id)) }
  }, [rows, view])
  return fresh
}

export function LogsPage({ search, onSearch }: LogsPageProps) {
  const { t, f } = useI18n()
  const [live, setLive] = useState(true)
  const { hidden, toggle } = useHiddenColumns('logs', 'key_name')
  const { id: openId, ...view } = search
  const viewKey = JSON.stringify(view)

  const logs = useInfiniteQuery({
    queryKey: ['logs', 'list', view],
    queryFn: ({ pageParam, signal }) =>
      listLogs({ ...toFilters(view), limit: pageSize, cursor: pageParam ?? undefined }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    // Following the tail means the first page; who has scrolled further back is reading, not watching.
    refetchInterval: ({ state }) => (live && (state.data?.pages.length ?? 0) <= 1 ? liveEveryMs : false),
  })
  const rows = useMemo(() => logs.data?.pages.flatMap((page) => page.items), [logs.data])
  const fresh = useArrivals(rows, viewKey)
  const following = live && (logs.data?.pages.length ?? 0) <= 1
  const columns = useMemo(() => logColumns(t, f, (log) => onSearch({ id: log.id })), [t, f, onSearch])
  const filtered = Object.entries(view).some(([name, value]) => name !== 'sort' && value !== undefined)

  return (
    <Page
      title={t('nav.logs')}
      description={t('logs.lead')}
      actions={
        <>
          <Button onClick={() => setLive(!live)} aria-pressed={live}>
            {live ? <Pause aria-hidden /> : <Play aria-hidden />}
            {t(live ? 'logs.pause' : 'logs.follow')}
            {following && <span className="size-2 animate-pulse rounded-full bg-ok" aria-hidden />}
          </Button>
          <ColumnMenu choices={columnChoices} hidden={hidden} onToggle={toggle} />
        </>
      }
    >
      <LogFilterBar search={search} onSearch={onSearch} />
      {logs.isError && !rows ? (
        <ErrorState error={logs.error} onRetry={() => void logs.refetch()} className="panel" />
      ) : (
        <DataTable
          label={t('nav.logs')}
          columns={columns}
          rows={rows}
          rowId={(log) => log.id}
          hidden={hidden}
          serverSort
          sort={search.sort ?? '-created_at'}
          onSort={(sort) => onSearch({ sort: sort === '-created_at' ? undefined : sort })}
          activeId={openId}
          isNew={(log) => fresh.has(log.id)}
          onRowClick={(log) => onSearch({ id: log.id })}
          empty={
            filtered ? (
              <EmptyState
                icon={ScrollText}
                title={t('common.noMatch')}
                action={<Button onClick={() => onSearch(cleared)}>{t('common.clearFilters')}</Button>}
              >
                {t('common.noMatchHint')}
              </EmptyState>
            ) : (
              <EmptyState icon={ScrollText} title={t('home.noCalls')}>
                {t('home.noCallsHint')}
              </EmptyState>
            )
          }
          footer={
            logs.hasNextPage && (
              <div className="flex justify-center border-t border-line p-2">
                <Button
                  variant="ghost"
                  busy={logs.isFetchingNextPage}
                  onClick={() => void logs.fetchNextPage()}
                >
                  {t('common.more')}
                </Button>
              </div>
            )
          }
        />
      )}
      {openId && (
        <LogDrawer
          key={openId}
          id={openId}
          onClose={() => onSearch({ id: undefined })}
          onFilter={(filter) => onSearch({ ...filter, id: undefined })}
        />
      )}
    </Page>
  )
}
