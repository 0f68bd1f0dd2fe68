"""The only place for the Jobs API of a workspace: who started a run."""
