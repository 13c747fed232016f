import {
  columnVisibilityFeature,
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  sortFns,
  tableFeatures,
  useTable,
  type ColumnDef,
  type ColumnVisibilityState,
  type RowData,
} from '@tanstack/react-table'
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from '@/lib/cn'
import { Skeleton } from './ui/skeleton'

interface Meta {
  /** The column's name in the column menu and for assistive technology. */
  label?: string
  align?: 'end'
  className?: string
}

const features = tableFeatures({
  columnVisibilityFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns,
  columnMeta: {} as Meta,
})

export type Columns<T extends RowData> = ColumnDef<typeof features, T, any>[] // eslint-disable-line
export const columnsOf = <T extends RowData>() => createColumnHelper<typeof features, T>()

interface DataTableProps<T extends RowData> {
  label: string
  columns: Columns<T>
  rows: T[] | undefined
  rowId: (row: T) => string
  /** `name` or `-name`, as in the API and in the URL. */
  sort?: string
  onSort?: (sort: string | undefined) => void
  /** The server sorts; the table only shows the order. */
  serverSort?: boolean
  hidden?: string[]
  onRowClick?: (row: T) => void
  /** The element that opens the row by keyboard is inside it; the row itself is a mouse convenience. */
  activeId?: string
  isNew?: (row: T) => boolean
  empty: ReactNode
  footer?: ReactNode
  className?: string
}

const none: never[] = []

/** What can be done with a row stays in sight when the table is wider than the page. */
const pinned = (columnId: string) => columnId === 'actions' && 'sticky end-0 bg-inherit'

export function DataTable<T extends RowData>(props: DataTableProps<T>) {
  const { columns, rows, sort, hidden } = props
  const sorting = sort ? [{ id: sort.replace(/^-/, ''), desc: sort.startsWith('-') }] : []
  const columnVisibility: ColumnVisibilityState = Object.fromEntries((hidden ?? []).map((id) => [id, false]))
  const table = useTable({
    features,
    columns,
    data: rows ?? (none as T[]),
    getRowId: props.rowId,
    manualSorting: props.serverSort,
    enableSortingRemoval: true,
    state: { sorting, columnVisibility },
    onSortingChange: (update) => {
      const next = typeof update === 'function' ? update(sorting) : update
      const first = next[0]
      props.onSort?.(first ? `${first.desc ? '-' : ''}${first.id}` : undefined)
    },
  })
  const headers = table.getHeaderGroups()[0]?.headers ?? []

  return (
    <div className={cn('panel relative overflow-hidden', props.className)}>
      <div className="relative overflow-x-auto" tabIndex={0} role="region" aria-label={props.label}>
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr className="border-b border-line bg-sunken">
              {headers.map((header) => {
                const meta = header.column.columnDef.meta as Meta | undefined
                const sorted = header.column.getIsSorted()
                const sortable = Boolean(props.onSort) && header.column.getCanSort()
                const Arrow = sorted === 'desc' ? ArrowDown : sorted === 'asc' ? ArrowUp : ChevronsUpDown
                return (
                  <th
                    key={header.id}
                    scope="col"
                    aria-sort={sorted === 'desc' ? 'descending' : sorted === 'asc' ? 'ascending' : undefined}
                    className={cn(
                      'h-8 px-3 text-start text-xs font-medium whitespace-nowrap text-ink-2 first:ps-4 last:pe-4',
                      meta?.align === 'end' && 'text-end',
                      pinned(header.column.id),
                      meta?.className,
                    )}
                  >
                    {sortable ? (
                      <button
                        type="button"
                        onClick={header.column.getToggleSortingHandler()}
                        className={cn(
                          'group inline-flex items-center gap-1 rounded align-middle hover:text-ink',
                          meta?.align === 'end' && 'flex-row-reverse',
                        )}
                      >
                        <table.FlexRender header={header} />
                        <Arrow
                          aria-hidden
                          className={cn(
                            'size-3',
                            sorted
                              ? 'text-accent-text'
                              : 'opacity-0 group-hover:opacity-60 group-focus-visible:opacity-60',
                          )}
                        />
                      </button>
                    ) : (
                      <table.FlexRender header={header} />
                    )}
                  </th>
                )
              })}
            </tr>
          </thead>
          <tbody>
            {rows === undefined
              ? Array.from({ length: 6 }, (_, index) => (
                  <tr key={index} className="border-b border-line last:border-0">
                    {headers.map((header) => (
                      <td key={header.id} className="h-10 px-3 first:ps-4 last:pe-4">
                        <Skeleton className={index % 2 ? 'w-3/5' : 'w-4/5'} />
                      </td>
                    ))}
                  </tr>
                ))
              : table.getRowModel().rows.map((row) => (
                  <tr
                    key={row.id}
                    data-row={row.id}
                    onClick={props.onRowClick && (() => props.onRowClick?.(row.original))}
                    className={cn(
                      'border-b border-line bg-panel transition-colors last:border-0 hover:bg-hover',
                      props.onRowClick && 'cursor-pointer',
                      props.activeId === row.id && 'bg-accent-soft hover:bg-accent-soft',
                      props.isNew?.(row.original) && 'row-new',
                    )}
                  >
                    {row.getVisibleCells().map((cell) => {
                      const meta = cell.column.columnDef.meta as Meta | undefined
                      return (
                        <td
                          key={cell.id}
                          className={cn(
                            'h-10 px-3 py-1 first:ps-4 last:pe-4',
                            meta?.align === 'end' && 'tnum text-end whitespace-nowrap',
                            pinned(cell.column.id),
                            meta?.className,
                          )}
                        >
                          <table.FlexRender cell={cell} />
                        </td>
                      )
                    })}
                  </tr>
                ))}
          </tbody>
        </table>
      </div>
      {rows?.length === 0 && props.empty}
      {props.footer}
    </div>
  )
}
