# The steps of .ci/run, which sources this, and what came of them.

tier=gate
shard=1/1
wanted=()
suites=()
may_skip=
declare -A tools=()

# begin <arguments of .ci/run>: what is to be run, and where its reports are kept
begin() {
  case ${1:-} in full | report) tier=$1 && shift ;; esac
  while (($#)); do
    case $1 in
      --shard) shard=${2:?--shard takes a part of the whole, such as 1/4} && shift 2 ;;
      -*) echo "Unknown option $1; see the head of .ci/run" >&2 && exit 2 ;;
      *) wanted+=("$1") && shift ;;
    esac
  done
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  cache=${INCIDENTFOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/incidentfox}
  # the gate starts from nothing
  reports=$scratch/reports
  if [[ $tier == full ]]; then
    export TEST_TIER=full
    # what a changed tree gives is not what its commit gives
    local tree
    tree=$(git rev-parse 'HEAD^{tree}')
    [[ -z $(git status --porcelain) ]] || tree=changed-$$
    reports=${INCIDENTFOX_REPORTS:-$cache/reports/$tree}
  elif [[ $tier == report ]]; then
    reports=${INCIDENTFOX_REPORTS:?must name the folder of the reports}
  fi
  mkdir -p "$reports"
}

# step <name> <command…>: runs one step, keeps its time and whether it failed
step() {
  local name=$1 started=$SECONDS verdict=ok
  shift
  echo "=== $name"
  "$@" </dev/null || verdict=failed
  printf '%s\t%s\t%s\n' "$name" $((SECONDS - started)) "$verdict" >>"$scratch/steps.tsv"
  [[ $verdict == ok ]]
}

# needed <name> <command…>: a step without which nothing else can run
needed() {
  step "$@" && return
  echo '0 passed, 1 failed'
  exit 1
}

# have <tool…>: gets each tool once, by the function tool_<name> of tools.sh
have() {
  local tool
  for tool in "$@"; do
    [[ ${tools[$tool]:-} ]] || { step "have $tool" "tool_${tool//-/_}" && tools[$tool]=yes || tools[$tool]=no; }
    [[ ${tools[$tool]} == yes ]] || return
  done
}

# suite <name> <minutes> [<tool…>]: runs the suite unless others are wanted or it has passed on this tree
suite() {
  local name=$1 minutes=$2 part=${shard/\//-of-}
  shift 2
  [[ ${#wanted[@]} -eq 0 || " ${wanted[*]} " == *" $name "* ]] || return 0
  suites+=("$name")
  [[ $tier != report && ! -e $reports/$name/$part.passed ]] || return 0
  mkdir -p "$reports/$name"
  have "$@" || return 0
  command_of "$name"
  step "$name" timeout --kill-after=30s "${minutes}m" "${command[@]}" --shard="$shard" --passWithNoTests \
    --reporter=default --reporter=blob --outputFile.blob="$reports/$name/$part.json" || return 0
  touch "$reports/$name/$part.passed"
}

# command_of <suite>: sets `command` to what runs it
command_of() {
  command=(npx vitest run --project "$1")
  # the README's
  [[ $1 != default ]] || command=(npm test --)
  # the same tests as in the default suite, in the gate without those that start labs
  local full_only=()
  [[ $tier != full ]] || full_only=(--project labs)
  [[ $1 != node-24 ]] ||
    command=(env "PATH=$node24:$PATH" node node_modules/vitest/vitest.mjs run --project units ${full_only[@]+"${full_only[@]}"})
}

# finish: the table of it all and the last line, and exits
finish() {
  touch "$scratch/steps.tsv"
  MAY_SKIP=$may_skip node .ci/tally.mjs "$reports" "$scratch/steps.tsv" "${suites[@]}"
  exit
}
