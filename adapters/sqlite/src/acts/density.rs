//! Merging folds into the density matrices.

mod guard;
mod renewal;
pub(crate) mod row;
pub(crate) mod snapshots;

use diesel::prelude::*;

use crate::desk::Desk;
use crate::error::{ActError, Error};
use crate::index::Effect;
use crate::schema::{memories, merged, unmerged};
use crate::writer::Merging;
use row::MatrixRow;

impl Desk {
    /// Merges a fold, and marks the memories that it contains.
    pub(crate) fn merge(&mut self, act: &Merging) -> Result<(), ActError> {
        let (tenant, namespace) = (&act.tenant, &act.namespace);
        let (version, present) = self.present(tenant, namespace)?;
        let merged = self.after(tenant, namespace, &present, &act.fold)?;
        let row = MatrixRow::of(tenant, namespace, version + 1, &merged)?;
        self.mark(act, version + 1)?;
        self.write(&row)?;
        self.keep(&row, act.at)?;
        self.effects.push(Effect::Merged(act.places.clone()));
        self.effects.push(Effect::Matrix(tenant.clone(), namespace.clone(), Some(merged)));
        Ok(())
    }

    /// Moves every place of a fold from the list of what is unmerged to that of what a version has seen; one that is not
    /// on it, or not of that namespace, is a conflict.
    fn mark(&mut self, act: &Merging, version: i64) -> Result<(), ActError> {
        for place in &act.places {
            let owner = memories::table.find(place.0).select((memories::tenant, memories::namespace));
            let owner: Option<(String, String)> = owner.get_result(&mut self.connection).optional()?;
            let fits = owner.is_some_and(|(t, n)| t == act.tenant.as_str() && n == act.namespace.as_str());
            if !fits || diesel::delete(unmerged::table.find(place.0)).execute(&mut self.connection)? == 0 {
                return Err(ActError::Failed(Error::Merged));
            }
            let seen = (merged::seq.eq(place.0), merged::version.eq(version));
            diesel::replace_into(merged::table).values(seen).execute(&mut self.connection)?;
        }
        Ok(())
    }
}
