import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { LimitFields } from '@/components/limits/limit-form'
import { Page, Panel } from '@/components/page'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { setLimits } from '@/lib/api/limits'
import { most, outcomesOf, type Candidate, type Outcome } from './data/bulk'
import { OutcomeList } from './outcome-list'
import { SubjectList } from './subject-list'

/** One rule, budget or override for many at once; each of them succeeds or fails by itself. */
export function LimitsPage() {
  const { t } = useI18n()
  const toast = useToast()
  const client = useQueryClient()
  const [chosen, setChosen] = useState<Candidate[]>([])
  const [outcomes, setOutcomes] = useState<Outcome[]>()
  const tooMany = chosen.length > most
  return (
    <Page title={t('nav.limits')} description={t('bulk.lead')}>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Panel title={t('bulk.whom')}>
          <SubjectList chosen={chosen} onChosen={setChosen} />
        </Panel>
        <div className="grid gap-4">
          <Panel title={t('bulk.what')}>
            <LimitFields
              kind="user"
              action={t('bulk.apply', { n: chosen.length })}
              blocked={chosen.length === 0 || tooMany}
              onSave={async (request) => {
                const results = outcomesOf(
                  chosen,
                  await setLimits(
                    chosen.map(({ kind, id }) => ({ kind, id })),
                    request,
                  ),
                )
                setOutcomes(results)
                await client.invalidateQueries({ queryKey: ['limits'] })
                if (results.every((each) => !each.problem)) toast.success(t('bulk.allDone'))
              }}
            />
            <p className="mt-3 text-xs text-ink-3">{t(tooMany ? 'bulk.tooMany' : 'bulk.hint', { most })}</p>
          </Panel>
          {outcomes && <OutcomeList outcomes={outcomes} onRetry={setChosen} />}
        </div>
      </div>
    </Page>
  )
}
