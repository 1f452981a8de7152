import { bucketFolder } from '../../src/cli/export-source';

test.each([
  ['s3://archive', { bucket: 'archive', prefix: '' }],
  ['s3://archive/', { bucket: 'archive', prefix: '' }],
  ['s3://archive/journal/pay', { bucket: 'archive', prefix: 'journal/pay/' }],
  ['s3://archive/journal/pay/', { bucket: 'archive', prefix: 'journal/pay/' }],
  ['./archive', undefined],
])('%s is a folder of its own, not whatever begins like it', (location, place) => {
  expect(bucketFolder(location)).toEqual(place);
});
