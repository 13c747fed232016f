import { CircleAlert, CircleCheck } from 'lucide-react'
import { Panel } from '@/components/page'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { useI18n } from '@/i18n'
import { keyOf, type Candidate, type Outcome } from './data/bulk'

interface OutcomeListProps {
  outcomes: Outcome[]
  /** Only those that failed are ticked again. */
  onRetry: (failed: Candidate[]) => void
}

/** What came of each, those that failed first. */
export function OutcomeList({ outcomes, onRetry }: OutcomeListProps) {
  const { t } = useI18n()
  const failed = outcomes.filter((each) => each.problem)
  const done = outcomes.filter((each) => !each.problem)
  return (
    <Panel
      flush
      title={t('bulk.results', { done: done.length, n: outcomes.length })}
      aside={
        failed.length > 0 && (
          <Button size="sm" onClick={() => onRetry(failed.map((each) => each.candidate))}>
            {t('bulk.retry', { n: failed.length })}
          </Button>
        )
      }
    >
      <div
        className="max-h-96 overflow-y-auto border-t border-line"
        tabIndex={0}
        role="group"
        aria-label={t('bulk.result')}
      >
        <ul>
          {[...failed, ...done].map(({ candidate, problem }) => (
            <li
              key={keyOf(candidate)}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-sm last:border-0"
            >
              <Badge tone={problem ? 'bad' : 'ok'}>
                {problem ? <CircleAlert aria-hidden /> : <CircleCheck aria-hidden />}
                {t(problem ? 'bulk.failed' : 'bulk.done')}
              </Badge>
              <span className="font-medium">{candidate.name}</span>
              <span className="text-xs text-ink-3">{t(`bulk.one.${candidate.kind}`)}</span>
              {problem && <span className="min-w-0 basis-full text-xs break-words text-bad">{problem}</span>}
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  )
}
