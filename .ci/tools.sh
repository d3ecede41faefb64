# What the suites need, each got by one function; .ci/run sources this. Each answers whether it is there.

# Debian's package, installed
apt_install() {
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# apt_unpack <directory> <package…>: only unpacked, since installed it would be started
apt_unpack() {
  local directory=$1 debs
  debs=$(mktemp -d "$scratch/debs-XXXXXX")
  shift
  (cd "$debs" && apt-get update -qq && apt-get download -qq "$@") || return
  mkdir -p "$directory.staging" && find "$debs" -name '*.deb' -exec dpkg -x {} "$directory.staging" \; &&
    mv -T "$directory.staging" "$directory"
}

tool_tctl() {
  TCTL_PATH=$(tools/build.sh tctl)/tctl && export TCTL_PATH && "$TCTL_PATH" --version
}

tool_actionlint() { tools/build.sh actionlint; }
tool_opentofu() { tools/build.sh tofu; }
tool_temporal_server() { tools/build.sh temporal-server; }

tool_control_plane() { tools/build.sh controlplane && tools/build.sh kwok; }

# helm and kubectl come in a zip
tool_unzip() { command -v unzip >/dev/null || apt_install unzip; }

tool_chromium() {
  command -v chromium >/dev/null || apt_install chromium || return
  CHROMIUM_PATH=$(command -v chromium) && export CHROMIUM_PATH
}

# for the worker's clock
tool_libfaketime() {
  compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || apt_install libfaketime
}

tool_prometheus() {
  export PROMETHEUS_PATH=$cache/prometheus/usr/bin/prometheus
  [[ -x $PROMETHEUS_PATH ]] || apt_unpack "$cache/prometheus" prometheus
}

# with the libraries that it names
tool_postgresql() {
  [[ ! -x /usr/lib/postgresql/15/bin/postgres ]] || return 0
  export POSTGRES_PATH=$cache/postgresql-15/usr/lib/postgresql/15/bin
  [[ ! -x $POSTGRES_PATH/postgres ]] || return 0
  # shellcheck disable=SC2046 -- one word a package
  apt_unpack "$cache/postgresql-15" postgresql-15 $(
    apt-cache depends postgresql-15 | awk '$1 == "Depends:" && $2 ~ /^lib/ && $2 != "libc6" {print $2}'
  )
}

# The simulated providers of Terraform, where they are beside this project. Without them the tests of the lab on AWS take the real
# ones as far as these need no account, and skip the rest.
tool_simulated_providers() {
  local source=../shared/terraform-sim version
  command -v terraform >/dev/null || may_skip=opentofu
  if [[ ! -d $source ]]; then
    echo 'there are none beside this project'
    may_skip='opentofu aws'
    return
  fi
  version=$(find "$source" -type f -exec cat {} + | git hash-object --stdin | cut -c1-12)
  export TF_CLI_CONFIG_FILE=$cache/terraform-sim/$version/tofurc
  [[ -f $TF_CLI_CONFIG_FILE ]] || "$source/build.sh" "$cache/terraform-sim/$version"
}

# Node 24 beside the machine's own, as an npm package
tool_node_24() {
  node24=$cache/node-24/node_modules/node/bin
  [[ -x $node24/node ]] || npm install --no-save --no-package-lock --prefix "$cache/node-24" node@24
  "$node24/node" --version
}
