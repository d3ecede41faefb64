#!/bin/sh
# Makes the namespace and the search attributes of incidents. Again it changes nothing. TEMPORAL_ADDRESS says where.
set -eu
namespace=${TEMPORAL_NAMESPACE:-default}

temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$namespace" --retention "${RETENTION:-30d}"
for attribute in $SEARCH_ATTRIBUTES; do
  temporal operator search-attribute create --namespace "$namespace" --name "$attribute" --type Keyword
done
