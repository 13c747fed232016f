import { ChartLine } from 'lucide-react'
import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { EmptyState } from '@/components/states'
import { useI18n } from '@/i18n'
import type { Range } from '@/lib/api/overview'
import { readings, type Metric, type Point } from './data/metrics'

const colours: Record<Metric, string> = {
  requests: 'var(--chart-requests)',
  tokens: 'var(--chart-tokens)',
  cost: 'var(--chart-cost)',
  latency: 'var(--chart-latency)',
}

interface TrafficChartProps {
  series: Point[]
  metric: Metric
  range: Range
}

export default function TrafficChart({ series, metric, range }: TrafficChartProps) {
  const { t, f, locale } = useI18n()
  const data = series.map((point) => ({
    t: point.t,
    value: readings[metric](point),
    errors: metric === 'requests' ? point.errors : undefined,
  }))
  if (data.every((point) => !point.value && !point.errors)) {
    return (
      <EmptyState icon={ChartLine} title={t('home.noData')} className="h-full content-center py-0">
        {t('home.noDataHint')}
      </EmptyState>
    )
  }
  const format = (value: number) =>
    metric === 'cost' ? f.usd(value) : metric === 'latency' ? f.duration(value) : f.compact(value)
  const axisTime = new Intl.DateTimeFormat(
    locale === 'zh' ? 'zh-CN' : 'en-US',
    range === '7d'
      ? { month: 'short', day: 'numeric' }
      : { hour: '2-digit', minute: '2-digit', hour12: false },
  )
  const colour = colours[metric]
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 256 }}>
      <AreaChart
        data={data}
        margin={{ top: 8, right: 4, bottom: 0, left: 0 }}
        accessibilityLayer
        title={t(`home.metric.${metric}`)}
      >
        <defs>
          <linearGradient id={`fill-${metric}`} x1="0" y1="0" x2="0" y2="1">
            <stop offset="0%" stopColor={colour} stopOpacity={0.28} />
            <stop offset="100%" stopColor={colour} stopOpacity={0.02} />
          </linearGradient>
        </defs>
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis
          dataKey="t"
          tickFormatter={(value: string) => axisTime.format(new Date(value))}
          tick={{ fill: 'var(--ink-3)', fontSize: 11 }}
          tickLine={false}
          axisLine={{ stroke: 'var(--line)' }}
          minTickGap={48}
        />
        <YAxis
          width={56}
          tickFormatter={format}
          tick={{ fill: 'var(--ink-3)', fontSize: 11 }}
          tickLine={false}
          axisLine={false}
          allowDecimals={metric === 'cost'}
        />
        <Tooltip
          cursor={{ stroke: 'var(--line-strong)' }}
          isAnimationActive={false}
          content={({ active, label, payload }) =>
            active && payload.length > 0 ? (
              <div className="grid gap-1 rounded-lg border border-line bg-raised px-3 py-2 text-xs shadow-pop">
                <p className="text-ink-3">{f.exact(String(label))}</p>
                {payload.map((entry) => (
                  <p key={String(entry.dataKey)} className="flex items-center gap-2">
                    <svg viewBox="0 0 8 8" className="size-2" aria-hidden>
                      <rect width="8" height="8" rx="2" fill={entry.color} />
                    </svg>
                    <span className="flex-1 text-ink-2">{entry.name}</span>
                    <span className="tnum font-medium">{format(Number(entry.value))}</span>
                  </p>
                ))}
              </div>
            ) : null
          }
        />
        <Area
          type="monotone"
          dataKey="value"
          name={t(`home.metric.${metric}Short`)}
          stroke={colour}
          strokeWidth={1.75}
          fill={`url(#fill-${metric})`}
          isAnimationActive={false}
          connectNulls={false}
          activeDot={{ r: 3 }}
        />
        {metric === 'requests' && (
          <Area
            type="monotone"
            dataKey="errors"
            name={t('home.errors')}
            stroke="var(--chart-errors)"
            strokeWidth={1.5}
            fill="var(--chart-errors)"
            fillOpacity={0.22}
            isAnimationActive={false}
          />
        )}
      </AreaChart>
    </ResponsiveContainer>
  )
}
