//! A counter that keeps its name.

use std::fmt;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Counts upwards. Announced as a counter, but written like a gauge: under its name as it is, without a `_total` of the
/// library's own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Count(Counter);

impl Count {
    pub(crate) fn add(&self, number: u64) {
        self.0.inc_by(number);
    }
}

impl TypedMetric for Count {
    const TYPE: MetricType = MetricType::Counter;
}

impl EncodeMetric for Count {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        encoder.encode_gauge(&self.0.get())
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}
